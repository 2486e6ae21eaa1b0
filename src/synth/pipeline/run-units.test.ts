import { expect, test } from 'vitest'
import type { Jobs, Stage } from '../../jobs/stage.ts'
import type { PipelineContext } from './pipeline-context.ts'
import { createUnitTally, runUnits } from './run-units.ts'
import { readSynthConfig } from './synth-config.ts'
import { unitRoles } from './unit-roles.ts'

const stage: Stage<number, number> = { name: 'test/numbers', version: '1', run: async (n) => n }
const model = { base_url: 'http://127.0.0.1:9/v1', model: 'm', max_concurrency: 200 }

/** How many inputs are read before any of them ends, which is when all that may be read has been. */
async function readAhead(concurrency: number | undefined, withModel: boolean): Promise<number> {
  let most = 0
  const config = readSynthConfig({ roles: withModel ? { judge: model } : {} }, 'config')
  const jobs = {
    async *run(_: unknown, inputs: AsyncIterable<number>) {
      const waiting: number[] = []
      let isRead = false
      const reading = (async () => {
        for await (const input of inputs) waiting.push(input)
        isRead = true
      })()
      while (!isRead || waiting.length > 0) {
        // A source that has more gives it before timers are looked at.
        await new Promise((resolve) => setTimeout(resolve, 1))
        most = Math.max(most, waiting.length)
        for (const input of waiting.splice(0)) yield { key: '', input, ok: true, value: input }
      }
      await reading
    },
  } as unknown as Jobs
  const context = { config, jobs, concurrency, signal: new AbortController().signal }
  const inputs = Array.from({ length: 3000 }, (_, i) => i)
  const roles = unitRoles(config.roles, { judge: [] })
  const results: number[] = []
  for await (const { value } of runUnits(
    context as unknown as PipelineContext,
    ...([stage, inputs, createUnitTally(), roles] as const),
  ))
    results.push(value)
  expect(results).toEqual(inputs)
  return most
}

test('as many units are read ahead as keep all of them busy that work at once', async () => {
  expect(await readAhead(undefined, false)).toBe(32)
  expect(await readAhead(100, false)).toBe(200)
  expect(await readAhead(undefined, true)).toBe(400)
  expect(await readAhead(4, true)).toBe(256)
})
