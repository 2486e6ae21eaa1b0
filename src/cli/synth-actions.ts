import { writeBytesAtomic } from '../files/atomic-file.ts'
import { writeJson } from '../files/json-file.ts'
import { collectReport } from '../synth/pipeline/collect-report.ts'
import { runFiles } from '../synth/pipeline/run-files.ts'
import { loadSynthConfig } from '../synth/pipeline/synth-config.ts'
import type { ReportStage } from '../synth/pipeline/synth-report-data.ts'
import { UserError } from '../user-error.ts'
import { interruptedCode, onInterrupt } from './interruption.ts'
import { runSynth } from './run-synth.ts'
import type { SynthOptions } from './synth-options.ts'
import { lostLine, synthText } from './synth-text.ts'

const print = (text: string): void => void process.stdout.write(`${text}\n`)

/** Runs stages, and says what came out. */
export async function runStages(names: readonly ReportStage[], options: SynthOptions): Promise<void> {
  using interruption = onInterrupt('stopping; what is done is kept (once more ends at once)')
  try {
    const runs = await runSynth(names, options, interruption.signal)
    print(
      options.json
        ? JSON.stringify(
            runs.map(({ record, isFresh }) => ({ ...record, fresh: isFresh })),
            null,
            2,
          )
        : synthText(runs),
    )
    const lost = lostLine(runs)
    if (lost !== null) {
      process.stderr.write(`${lost}\n`)
      process.exitCode = 1
    }
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    process.stderr.write('the same command goes on from here\n')
    process.exitCode = interruptedCode
  }
}

export interface ReportOptions {
  readonly run: string
  readonly json?: true
}

/** Writes what a run has made as a page, and as data. @throws UserError where there is none */
export async function writeSynthReport({ run, json }: ReportOptions): Promise<void> {
  const config = await loadSynthConfig(run)
  if (config === undefined)
    throw new UserError(`${run}: no synthesis has run here; begin with \`tsukimi synth all --run ${run}\``)
  const data = await collectReport(run, config)
  const files = runFiles(run)
  // Charts take a second to load, which the stages need not wait for.
  const { buildSynthReport } = await import('../report/synth/build-synth-report.ts')
  await writeJson(files.reportData, data)
  await writeBytesAtomic(files.report, buildSynthReport(data))
  print(json ? JSON.stringify(data, null, 2) : `${files.report} and ${files.reportData} written`)
}
