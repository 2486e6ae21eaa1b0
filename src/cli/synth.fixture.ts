import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ReportStage, reportStages } from '../synth/pipeline/synth-report-data.ts'
import { runSynth } from './run-synth.ts'
import type { SynthOptions } from './synth-options.ts'

export const bin = fileURLToPath(new URL('../../bin/tsukimi.js', import.meta.url))
export const env = { ...process.env, DATABASE_URL: '', TSUKIMI_STORE: undefined }

/** A run that takes a second or two on an idle core. */
export const small = { seed: 5, tools: 200, agents: 8, tasks: 24, codeShare: 0.1 } as const
export const smallArguments: readonly string[] = ['--seed', '5', '--tools', '200', '--agents', '8'].concat(
  ...[
    ['--tasks', '24'],
    ['--code-share', '0.1'],
  ],
)

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The command in a process of its own. */
export const synthProcess = (...args: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [bin, 'synth', ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })

/** Stages in this process; those that were not there yet. */
export async function synth(
  stages: 'all' | readonly ReportStage[],
  options: SynthOptions,
): Promise<readonly ReportStage[]> {
  const names = stages === 'all' ? reportStages : stages
  const runs = await runSynth(names, options, new AbortController().signal)
  return runs.flatMap(({ record, isFresh }) => (isFresh ? [record.stage] : []))
}

const written = ['applications', 'agents', 'tasks', 'trajectories', 'judgements', 'kept', 'rejected']

/** What a run has written. */
export const filesOf = (run: string): Promise<readonly string[]> =>
  Promise.all([...written, 'kept.openai'].map((name) => readFile(join(run, `${name}.jsonl`), 'utf8')))
