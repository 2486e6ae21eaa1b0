import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Jobs } from '../../jobs/stage.ts'
import { UserError } from '../../user-error.ts'
import { applicationAt } from '../tools/application.ts'
import { makeTools } from './make-tools.ts'
import type { PipelineContext } from './pipeline-context.ts'
import { readSynthConfig } from './synth-config.ts'
import { createUnitResources } from './units/unit-resources.ts'

const run = mkdtempSync(join(tmpdir(), 'make-tools-'))
afterAll(() => rmSync(run, { recursive: true, force: true }))

/** Jobs whose units all end alike. */
const context = (ending: object): PipelineContext => ({
  run,
  config: readSynthConfig({ counts: { tools: 500 } }, 'config'),
  resources: createUnitResources(),
  signal: new AbortController().signal,
  onProgress: () => {},
  jobs: {
    async *run(_stage: unknown, inputs: AsyncIterable<unknown>) {
      for await (const input of inputs) yield { key: '', input, ...ending }
    },
  } as unknown as Jobs,
})

const failure = async (ending: object): Promise<Error> =>
  makeTools(context(ending), []).then(
    () => expect.unreachable(),
    (error: Error) => error,
  )

test('an exhausted vocabulary ends with how many tools there are', async () => {
  const value = [applicationAt(1, 0), applicationAt(1, 1)]
  const error = await failure({ ok: true, value })
  expect(error).toBeInstanceOf(UserError)
  const most = value.reduce((sum, { tools }) => sum + tools.length, 0)
  const had = Number(/no more than (\d+) of 500 tools could be had/.exec(error.message)?.[1])
  expect(had).toBeGreaterThan(0)
  expect(had).toBeLessThanOrEqual(most)
  expect(readdirSync(run)).toEqual([])
})

test('work that always fails ends with its error', async () => {
  expect((await failure({ ok: false, error: 'disk full', attempts: 1 })).message).toMatch(
    /nothing came of \d+ chunks of work: disk full/,
  )
})
