import { Command } from 'commander'
import { positiveInteger } from '../option-values.ts'
import type { WorkerOptions } from '../run-worker.ts'

const names = (text: string): readonly string[] => text.split(',').map((name) => name.trim())

/** `tsukimi worker`: a process that works on what other processes have queued. */
export const workerCommand = (): Command =>
  new Command('worker')
    .description('work on the queued units of a run, beside other processes, until it is told to stop')
    .requiredOption('--run <directory>', 'directory of the run')
    .option('--store <directory>', 'where results are kept, shared by all machines (also TSUKIMI_STORE)')
    .option('--stages <names>', 'stages to work on, with commas between them; all without it', names)
    .option(
      '--concurrency <units>',
      "units of each stage at once, instead of the stage's own",
      positiveInteger,
    )
    .addHelpText(
      'after',
      '\nSeveral processes need a Postgres server, in DATABASE_URL.\n\nExample:\n  $ DATABASE_URL=postgres://me@host/tsukimi tsukimi worker --run runs/synth',
    )
    .action(async (options: WorkerOptions) => {
      // Stages take a while to load, which other commands need not wait for.
      const { runWorker } = await import('../run-worker.ts')
      await runWorker(options)
    })
