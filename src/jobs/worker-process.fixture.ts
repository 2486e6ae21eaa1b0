/**
 * A process of the tests that runs or works on the stage `slow`: `node worker-process.fixture.ts run|work`.
 * Its settings are in SETTINGS as JSON. Each attempt leaves a line in the log.
 */
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openJobs } from './open-jobs.ts'
import type { Stage } from './stage.ts'

export interface ProcessSettings {
  readonly directory: string
  readonly databaseUrl: string
  readonly store: string
  readonly log: string
  readonly units: number
  readonly ms: number
  readonly leaseSeconds: number
}

/** Squares a number, slowly. */
export const slowStage = ({ log, ms }: ProcessSettings): Stage<{ readonly n: number }, number> => ({
  name: 'slow',
  version: '1',
  concurrency: 3,
  maxAttempts: 9,
  async run({ n }, { account, signal }) {
    appendFileSync(log, `${n} ${process.pid}\n`)
    account({ requests: 1, promptTokens: 10 })
    await sleep(ms, undefined, { signal })
    return n * n
  },
})

export function* numbers({ units }: ProcessSettings): Generator<{ readonly n: number }> {
  for (let n = 0; n < units; n++) yield { n }
}

if (process.argv[1]?.endsWith('worker-process.fixture.ts')) {
  const settings = JSON.parse(process.env.SETTINGS!) as ProcessSettings
  const controller = new AbortController()
  process.on('SIGTERM', () => controller.abort())
  await using jobs = await openJobs(settings)
  process.stdout.write('ready\n')
  if (process.argv[2] === 'work') await jobs.work([slowStage(settings)], { signal: controller.signal })
  else
    for await (const { key } of jobs.run(slowStage(settings), numbers(settings)))
      process.stdout.write(`${key}\n`)
}
