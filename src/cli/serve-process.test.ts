import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTrajectories } from '../trajectory/read-trajectories.ts'
import { tinyConfig, writeTinyCheckpoint } from './tiny-checkpoint.fixture.ts'

const bin = fileURLToPath(new URL('../../bin/tsukimi.js', import.meta.url))

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsukimi-serve-'))
  await writeTinyCheckpoint(join(root, 'tiny'), { ...tinyConfig, maxPositionEmbeddings: 768 })
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** The command at work, its keys being `k`. */
function serve(...more: readonly string[]) {
  const args = [bin, 'serve', join(root, 'tiny'), '--port', '0', '--api-key', 'k', '--threads', '1', ...more]
  const served = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  served.stdout.on('data', (data) => {
    said.stdout += data
  })
  served.stderr.on('data', (data) => {
    said.stderr += data
  })
  const exited = once(served, 'exit')
  const url = async (): Promise<string> => {
    await expect.poll(() => said.stdout, { timeout: 60_000 }).toContain('"Hello"')
    return /^tiny is served on (\S+)$/m.exec(said.stdout)![1]!
  }
  return { served, said, exited, url }
}

const post = (url: string, body: object): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer k' },
    body: JSON.stringify({ model: 'tiny', ...body }),
  })

test('a model that was never trained calls a tool by its schema; a signal ends the program in order', async () => {
  const { served, said, exited, url } = serve()
  try {
    const parameters = {
      type: 'object',
      properties: { level: { type: 'integer', minimum: 1, maximum: 3 }, on: { type: 'boolean' } },
      required: ['level', 'on'],
      additionalProperties: false,
    }
    const response = await post(await url(), {
      messages: [{ role: 'user', content: 'Switch it on.' }],
      tools: [{ type: 'function', function: { name: 'set_light', parameters } }],
      tool_choice: 'required',
      parallel_tool_calls: false,
      max_tokens: 100,
      seed: 1,
    })
    const body = (await response.json()) as {
      choices: { finish_reason: string; message: { tool_calls: { function: { arguments: string } }[] } }[]
    }
    expect(body.choices[0]?.finish_reason).toBe('tool_calls')
    const { level, on } = JSON.parse(body.choices[0]!.message.tool_calls[0]!.function.arguments)
    expect([1, 2, 3]).toContain(level)
    expect(on).toBeTypeOf('boolean')
  } finally {
    served.kill('SIGTERM')
  }
  expect(await exited).toEqual([0, null])
  expect(said.stderr).toContain('Finishing the answers under way, for 30 s at most')
})

test('of logged answers a killed server loses at most the last, and the next one goes on behind them', async () => {
  const file = join(root, 'served.jsonl')
  const question = { messages: [{ role: 'user', content: 'Hello' }], max_tokens: 8, stream: true }
  const seeds: number[] = []
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const { served, exited, url } = serve('--log-trajectories', file)
    try {
      const address = await url()
      for (let i = 0; i < 3; i++) {
        seeds.push(seeds.length)
        await (await post(address, { ...question, seed: seeds.at(-1)! })).text()
      }
    } finally {
      served.kill(signal)
    }
    await exited
    const logged = (await Array.fromAsync(readTrajectories(file, { mayEndTorn: true }))).map(
      ({ seed }) => seed,
    )
    expect(logged).toEqual(seeds.slice(0, logged.length))
    expect(logged.length).toBeGreaterThanOrEqual(signal === 'SIGKILL' ? 2 : seeds.length)
    seeds.length = logged.length
  }
  expect(seeds.length).toBeGreaterThanOrEqual(5)
}, 120_000)
