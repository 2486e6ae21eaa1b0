import { Command } from 'commander'
import { writeBytesAtomic } from '../../files/atomic-file.ts'
import { writeJson } from '../../files/json-file.ts'
import { buildSynthReport } from '../../report/synth/build-synth-report.ts'
import { collectReport } from '../../synth/pipeline/collect-report.ts'
import { runFiles } from '../../synth/pipeline/run-files.ts'
import { loadSynthConfig } from '../../synth/pipeline/synth-config.ts'
import { type ReportStage, reportStages } from '../../synth/pipeline/synth-report-data.ts'
import { UserError } from '../../user-error.ts'
import { interruptedCode, onInterrupt } from '../interruption.ts'
import { portion, positiveInteger, wholeNumber } from '../option-values.ts'
import { runSynth } from '../run-synth.ts'
import type { SynthOptions } from '../synth-options.ts'
import { lostLine, synthText } from '../synth-text.ts'

const print = (text: string): void => void process.stdout.write(`${text}\n`)

async function stages(names: readonly ReportStage[], options: SynthOptions): Promise<void> {
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

interface ReportOptions {
  readonly run: string
  readonly json?: true
}

async function report({ run, json }: ReportOptions): Promise<void> {
  const config = await loadSynthConfig(run)
  if (config === undefined)
    throw new UserError(`${run}: no synthesis has run here; begin with \`tsukimi synth all --run ${run}\``)
  const data = await collectReport(run, config)
  const files = runFiles(run)
  await writeJson(files.reportData, data)
  await writeBytesAtomic(files.report, buildSynthReport(data))
  print(json ? JSON.stringify(data, null, 2) : `${files.report} and ${files.reportData} written`)
}

const descriptions: Readonly<Record<ReportStage, string>> = {
  tools: 'make applications with tools, from MCP servers and anew',
  agents: 'make agents: a persona, a policy, some of the tools',
  tasks: 'make tasks of agents, each with a rubric',
  trajectories: 'let assistants do the tasks with users and tools',
  filter: 'judge the trajectories and keep the good ones',
}

const files = (path: string, before: readonly string[] = []): readonly string[] => [...before, path]

/** All stages share their settings: what one is told, later ones find in config.json. */
const stageCommand = (name: string, names: readonly ReportStage[], description: string): Command =>
  new Command(name)
    .description(description)
    .requiredOption('--run <directory>', 'directory of the run, made where it is not there')
    .option('--seed <number>', 'what everything is drawn from', wholeNumber)
    .option('--tools <count>', 'at least so many tools', positiveInteger)
    .option('--agents <count>', 'so many agents', positiveInteger)
    .option('--tasks <count>', 'so many tasks', positiveInteger)
    .option('--samples <count>', 'trajectories of each task', positiveInteger)
    .option('--code-share <share>', 'share of tasks that are programming, 0 to 1', portion)
    .option('--roles <file>', 'JSON or YAML that says which roles models play')
    .option('--mcp <path>', 'a file that names MCP servers, or a directory of their saved tools/list answers')
    .option(
      '--evaluation <file>',
      'an evaluation set that nothing kept may overlap; can be given again',
      files,
    )
    .option('--concurrency <units>', 'chunks of work at once in this process', positiveInteger)
    .option('--store <directory>', 'where results are kept, shared with workers (also TSUKIMI_STORE)')
    .option('--json', 'print JSON')
    .exitOverride()
    .action((options: SynthOptions) => stages(names, options))

const reportCommand = (): Command =>
  new Command('report')
    .description('write what a run has made as report.html, and as report.json')
    .requiredOption('--run <directory>', 'directory of the run')
    .option('--json', 'print JSON')
    .exitOverride()
    .action(report)

/** `tsukimi synth`: agentic data from nothing, or with models as teachers. */
export function synthCommand(): Command {
  const command = new Command('synth')
    .description('make agentic data: tools, agents, tasks, trajectories, and keep what is good')
    .addHelpText(
      'after',
      '\nEach stage reads what the one before it wrote, and does nothing twice.\n\nExamples:\n  $ tsukimi synth all --run runs/synth --tools 20000 --agents 1000 --tasks 10000\n  $ tsukimi synth trajectories --run runs/synth --roles roles.json\n  $ tsukimi synth report --run runs/synth',
    )
  for (const name of reportStages) command.addCommand(stageCommand(name, [name], descriptions[name]))
  return command
    .addCommand(stageCommand('all', reportStages, 'all of these, one after the other'))
    .addCommand(reportCommand())
}
