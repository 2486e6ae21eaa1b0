import { mkdir } from 'node:fs/promises'
import { fileError } from '../files/file-errors.ts'
import { writeJson } from '../files/json-file.ts'
import { openJobs } from '../jobs/open-jobs.ts'
import type { Jobs } from '../jobs/stage.ts'
import { probeRoles } from '../roles/probe-roles.ts'
import { openRoles, type RoleName, type RolesConfig } from '../roles/role-config.ts'
import { evaluationTexts } from '../synth/pipeline/evaluation-texts.ts'
import { outdatedStages, runPipelineStage, type StageRun } from '../synth/pipeline/pipeline.ts'
import type { PipelineContext, PipelineProgress } from '../synth/pipeline/pipeline-context.ts'
import { runFiles } from '../synth/pipeline/run-files.ts'
import type { SynthConfig } from '../synth/pipeline/synth-config.ts'
import type { ReportStage } from '../synth/pipeline/synth-report-data.ts'
import { createUnitResources, type UnitResources } from '../synth/pipeline/units/unit-resources.ts'
import { type Progress, startProgress } from './progress.ts'
import { type SynthOptions, synthConfigOf } from './synth-options.ts'
import { createUnitCounts } from './unit-counts.ts'

/** The roles that take part in each stage. */
const rolesOfStage: Readonly<Record<ReportStage, readonly RoleName[]>> = {
  tools: ['tool_designer'],
  agents: ['agent_designer'],
  tasks: ['task_writer'],
  trajectories: ['user', 'tool_simulator', 'assistant'],
  filter: ['judge'],
}

const onlyRoles = (roles: RolesConfig, stages: readonly ReportStage[]): RolesConfig => {
  const names = new Set<string>(stages.flatMap((stage) => rolesOfStage[stage]))
  return Object.fromEntries(
    Object.entries(roles).map(([name, role]) => [name, names.has(name) ? role : 'procedural']),
  ) as RolesConfig
}

/** Makes the run directory, and keeps the settings that its stages have from now on. */
async function saveConfig(run: string, config: SynthConfig): Promise<void> {
  await mkdir(run, { recursive: true }).catch((error) => {
    throw fileError(error, 'create', run)
  })
  await writeJson(runFiles(run).config, config)
}

/** A bar for each stage. */
function createBars() {
  let shown:
    | { readonly stage: ReportStage; readonly progress: Progress; readonly started: number }
    | undefined
  return {
    update({ stage, what, done, total }: PipelineProgress): void {
      if (shown?.stage !== stage)
        shown = { stage, progress: startProgress(stage, total), started: performance.now() }
      const rate = done / ((performance.now() - shown.started) / 1000)
      shown.progress.update(done, Number.isFinite(rate) ? `${Math.round(rate)} ${what}/s` : '')
    },
    finish(line: string): void {
      shown?.progress.finish(line)
      shown = undefined
    },
  }
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/**
 * Opens what stages work with when the first of them needs it, once the models of the stages from there on answer. Until
 * then nothing is written.
 */
function lazyContext(
  options: SynthOptions,
  config: SynthConfig,
  resources: UnitResources,
  signal: AbortSignal,
  onProgress: PipelineContext['onProgress'],
) {
  let opened: Promise<Jobs> | undefined
  const { run, store, concurrency } = options
  const units = createUnitCounts()
  const begin = async (stages: readonly ReportStage[]): Promise<Jobs> => {
    await probeRoles(openRoles(onlyRoles(config.roles, stages)), signal)
    await saveConfig(run, config)
    return await openJobs({ directory: run, store })
  }
  return {
    units,
    /** @param stages the one that needs it and those after it */
    async open(stages: readonly ReportStage[]): Promise<PipelineContext> {
      opened ??= begin(stages)
      const jobs = units.counting(await opened)
      return {
        ...{ run, config, jobs, resources, signal, onProgress },
        ...(concurrency !== undefined && { concurrency }),
      }
    },
    async [Symbol.asyncDispose]() {
      // What could not be opened was told when it was asked for.
      await (await opened?.catch(() => undefined))?.[Symbol.asyncDispose]()
    },
    /** Keeps the settings also where nothing had to be opened. */
    async settle(): Promise<void> {
      if (opened === undefined) await saveConfig(run, config)
    },
  }
}

/** @throws UserError for an evaluation set that cannot be read, before there is work that it would make useless */
async function checkEvaluation(stages: readonly ReportStage[], { evaluation }: SynthConfig): Promise<void> {
  if (!stages.includes('filter')) return
  for (const path of evaluation) for await (const _ of evaluationTexts(path));
}

const finished = ({ record: { stage, output, seconds }, isFresh }: StageRun): string =>
  isFresh ? `${stage}: ${output} in ${seconds.toFixed(1)} s` : `${stage}: up to date`

/**
 * Runs stages of synthesis in their order, each where its files are not there yet as they should be.
 * After a stage that lost more than half of its units no other is begun.
 *
 * @throws UserError for bad input, models that do not answer, what earlier stages have not made
 */
export async function runSynth(
  stages: readonly ReportStage[],
  options: SynthOptions,
  signal: AbortSignal,
): Promise<readonly StageRun[]> {
  const { run } = options
  const config = await synthConfigOf(options)
  await checkEvaluation(stages, config)
  for (const stage of await outdatedStages(run, stages[0]!, config))
    say(
      `note: the files of ${stage} come from other settings; \`tsukimi synth ${stage} --run ${run}\` makes them anew`,
    )
  const bars = createBars()
  await using resources = createUnitResources(config.roles)
  await using context = lazyContext(options, config, resources, signal, bars.update)
  const runs: StageRun[] = []
  try {
    for (const [i, stage] of stages.entries()) {
      const open = () => context.open(stages.slice(i))
      const done = await runPipelineStage(stage, { run, config, signal }, open)
      if (done.isFresh) bars.finish(finished(done))
      else say(finished(done))
      runs.push(done)
      const { lost, all } = context.units.take()
      if (2 * lost > all && stages.at(-1) !== stage) {
        say(`${lost} of ${all} units of ${stage} were lost, so the stages after it are not begun`)
        break
      }
    }
    await context.settle()
  } finally {
    bars.finish('stopped')
  }
  return runs
}
