import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UserError } from '../../user-error.ts'
import { createXlaEngine } from './engine.ts'
import { buildFakePlugin, type FakePlugin, noCompiler } from './fake-plugin.fixture.ts'

const module = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href)

/** Both processes run this, then `body`; what they `say` comes back. */
const script = (body: string): string => `
  import { createXlaEngine } from ${module('./engine.ts')}
  import { copyOf, fakeProgram, fakeText } from ${module('./fake-plugin.fixture.ts')}
  const [plugin, coordinator, id] = process.argv.slice(1)
  const processId = Number(id)
  const say = (value) => console.log(JSON.stringify(value))
  const engine = await createXlaEngine({
    plugin, cacheDirectory: null, distributed: { coordinator, processId, processCount: 2 },
  })
  const mesh = { axes: [{ name: 'data', size: 4 }] }
  const rows = [['data'], []]
  const whole = { dtype: 'f32', shape: [4, 2] }
  const shard = { dtype: 'f32', shape: [1, 2] }
  const layout = { mesh, inputs: [rows], outputs: [rows] }
  const data = Float32Array.from({ length: 8 }, (_, i) => i)
  const plain = (shards) => shards.map(({ start, data }) => [start, [...data]])
  ${body}
  engine[Symbol.dispose]()
  await engine.closed
`

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe.skipIf(noCompiler !== undefined)(`several processes of fake devices ${noCompiler ?? ''}`, () => {
  let fake: FakePlugin
  beforeAll(() => {
    fake = buildFakePlugin()
  })
  afterAll(() => fake[Symbol.dispose]())

  /** What each of two processes said, or its errors. */
  async function both(body: string): Promise<unknown[]> {
    const coordinator = `127.0.0.1:${await freePort()}`
    const one = (id: number) =>
      new Promise<unknown>((resolve) => {
        const child = spawn(
          process.execPath,
          ['--input-type=module', '--eval', script(body), fake.path, coordinator, `${id}`],
          { timeout: 60_000 },
        )
        let [out, errors] = ['', '']
        child.stdout.on('data', (text) => (out += text))
        child.stderr.on('data', (text) => (errors += text))
        child.on('close', (code) =>
          resolve(
            code === 0
              ? out
                  .trim()
                  .split('\n')
                  .map((line) => JSON.parse(line))
              : { code, errors },
          ),
        )
      })
    return Promise.all([one(0), one(1)])
  }

  test('see all devices, hold their own shards, compile once and run together', async () => {
    const said = await both(`
      say(engine.devices.map(({ id, process, addressable }) => [id, process, addressable]))
      const state = engine.upload(whole, data, { mesh, sharding: rows })
      // The first run meets the other process inside the call that starts it.
      const text = fakeText(copyOf(shard, 0, 1), 'donate 1', 'meet')
      const step = await engine.load(text, fakeProgram([shard], [shard]), { donate: 1, layout })
      const [next] = await step.run([state])
      say(plain(await next.readShards()))
      say(await next.read().catch((error) => error.message))
      const copies = engine.upload(whole, data, { mesh, sharding: [[], []] })
      say([...(await copies.read())])
      say(engine.compilations)
      // A program of one device is each process's own.
      const own = await engine.load(fakeText(copyOf(whole, 0, 5)), fakeProgram([whole], [whole]))
      const [sum] = await own.run([engine.upload(whole, data)])
      say((await sum.read())[7])
    `)
    const devices = (process: number) => [10, 11, 12, 13].map((id, i) => [id, i >> 1, i >> 1 === process])
    const spread =
      'The buffer f32[4,2] is spread over several processes as [data,-]; read its shards in each (readShards)'
    expect(said).toEqual([
      [
        devices(0),
        [
          [
            [0, 0],
            [1, 2],
          ],
          [
            [1, 0],
            [3, 4],
          ],
        ],
        spread,
        [0, 1, 2, 3, 4, 5, 6, 7],
        { total: 1, fromCache: 0 },
        12,
      ],
      [
        devices(1),
        [
          [
            [2, 0],
            [5, 6],
          ],
          [
            [3, 0],
            [7, 8],
          ],
        ],
        spread,
        [0, 1, 2, 3, 4, 5, 6, 7],
        { total: 1, fromCache: 1 },
        12,
      ],
    ])
  })

  test('that are not alike, or whose program process 0 cannot compile, are told so', async () => {
    const said = await both(`
      const load = (...lines) =>
        engine.load(fakeText(copyOf(shard, 0), ...lines), fakeProgram([shard], [shard]), { layout })
          .then(() => 'fine', (error) => error.message)
      say(await load('delay ' + processId))
      say(await load('fail compile 3 no such op'))
    `)
    expect(said).toEqual([
      [
        'fine',
        expect.stringMatching(
          /^tiny: XLA cannot compile it .* no such op \(Client_Compile: INVALID_ARGUMENT\)/,
        ),
      ],
      [
        expect.stringContaining('all processes must be started with the same settings'),
        expect.stringMatching(/Process 0: .*no such op \(Client_Compile: INVALID_ARGUMENT\)/),
      ],
    ])
  })

  test('do not wait for ever for one that is missing', async () => {
    fake.set({ patience: 200 })
    const alone = { coordinator: `127.0.0.1:${await freePort()}`, processId: 0, processCount: 2 }
    await expect(createXlaEngine({ plugin: fake.path, distributed: alone })).rejects.toThrow(
      /no process has written the key local:1 within 0\.2 s; do all of them run\? \(Client_Create: DEADLINE_EXCEEDED\)/,
    )
    expect(fake.leaks()).toEqual({})
  })

  test.each([
    ['nowhere', 0, 'Coordinator nowhere: expected host:port'],
    ['127.0.0.1:9', 5, 'Process 5 of 2: processes are numbered from 0'],
    ['192.0.2.1:4321', 0, 'Coordinator 192.0.2.1:4321: '],
  ])('coordinator %s, process %i: %s', async (coordinator, processId, message) => {
    const engine = createXlaEngine({
      plugin: fake.path,
      distributed: { coordinator, processId, processCount: 2 },
    })
    await expect(engine).rejects.toThrow(UserError)
    await expect(engine).rejects.toThrow(message)
  })
})
