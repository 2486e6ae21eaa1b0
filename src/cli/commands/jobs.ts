import { Command } from 'commander'
import { jobsDirectory, openJobs } from '../../jobs/open-jobs.ts'
import { DirectoryInUse } from '../../jobs/pglite-database.ts'
import type { Jobs, StageStatus } from '../../jobs/stage.ts'
import { readSnapshot } from '../../jobs/status-snapshot.ts'
import { deadTable, stageTable } from '../job-text.ts'
import { refuseWithoutJobs } from '../refuse-without-jobs.ts'

interface JobsOptions {
  readonly store?: string
  readonly json?: true
  readonly retry?: true
  readonly failed?: true
}

const print = (text: string): void => void process.stdout.write(`${text}\n`)

async function shown(jobs: Jobs, { json, failed }: JobsOptions): Promise<string> {
  if (failed) {
    const units = await jobs.dead()
    return json ? JSON.stringify(units, null, 2) : deadTable(units)
  }
  return stagesText(await jobs.status(), json)
}

const stagesText = (stages: readonly StageStatus[], json: true | undefined): string =>
  json ? JSON.stringify(stages, null, 2) : stageTable(stages)

async function jobs(run: string, options: JobsOptions): Promise<void> {
  const directory = jobsDirectory(run)
  refuseWithoutJobs(run, options.store)
  try {
    await using opened = await openJobs({ directory: run, store: options.store })
    if (options.retry) {
      const count = await opened.retryDead()
      process.stderr.write(`${count} dead ${count === 1 ? 'unit is' : 'units are'} queued again\n`)
    }
    print(await shown(opened, options))
  } catch (error) {
    if (!(error instanceof DirectoryInUse) || options.retry || options.failed) throw error
    const { at, stages } = await readSnapshot(directory).catch(() => {
      throw error
    })
    process.stderr.write(`as of ${at}, as the process that has the database says\n`)
    print(stagesText(stages, options.json))
  }
}

/** `tsukimi jobs`: how far the durable work of a run is. */
export const jobsCommand = (): Command =>
  new Command('jobs')
    .description("how far a run's durable work is, by stage: units, attempts, tokens, cost")
    .argument('<run>', 'directory of the run')
    .option('--store <directory>', 'where results are kept (also TSUKIMI_STORE)')
    .option('--json', 'print JSON')
    .option('--failed', 'list the units that are dead, with their errors')
    .option('--retry', 'queue dead units again')
    .addHelpText('after', '\nExample:\n  $ tsukimi jobs runs/synth --failed')
    .action(jobs)
