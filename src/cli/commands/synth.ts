import { Command } from 'commander'
import { type ReportStage, reportStages } from '../../synth/pipeline/synth-report-data.ts'
import { portion, positiveInteger, wholeNumber } from '../option-values.ts'
import type { ReportOptions } from '../synth-actions.ts'
import type { SynthOptions } from '../synth-options.ts'

// Generators, queue and charts take a while to load, which other commands need not wait for.
const actions = () => import('../synth-actions.ts')

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
    .action(async (options: SynthOptions) => (await actions()).runStages(names, options))

const reportCommand = (): Command =>
  new Command('report')
    .description('write what a run has made as report.html, and as report.json')
    .requiredOption('--run <directory>', 'directory of the run')
    .option('--json', 'print JSON')
    .exitOverride()
    .action(async (options: ReportOptions) => (await actions()).writeSynthReport(options))

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
