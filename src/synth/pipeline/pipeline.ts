import { existsSync } from 'node:fs'
import { digestOf } from '../../files/digest.ts'
import { UserError } from '../../user-error.ts'
import type { ToolList } from '../tools/import/tool-lists.ts'
import { agentRoles, makeAgents, playsUnknownTools } from './make-agents.ts'
import { judgeRoles, makeFilter } from './make-filter.ts'
import { makeTasks, taskRoles } from './make-tasks.ts'
import { designRoles, makeTools } from './make-tools.ts'
import { episodeRoles, makeTrajectories } from './make-trajectories.ts'
import { mcpLists } from './mcp-lists.ts'
import type { PipelineContext, StageOutcome } from './pipeline-context.ts'
import { type RunFile, runFiles } from './run-files.ts'
import {
  fileDigest,
  fileDigests,
  readStageRecord,
  type StageRecord,
  writeStageRecord,
} from './stage-record.ts'
import type { SynthConfig } from './synth-config.ts'
import type { ReportStage } from './synth-report-data.ts'

/** What a stage has beside the run: read before its key is made. */
interface Given {
  readonly lists: readonly ToolList[]
}

interface PipelineStage {
  /** Changes whenever the same settings and files would give other files. */
  readonly version: number
  /** Files that it reads, with the stage that makes each. */
  readonly reads: readonly { readonly file: RunFile; readonly stage: ReportStage }[]
  readonly writes: readonly RunFile[]
  /** What of the settings its output depends on. */
  readonly settings: (config: SynthConfig, given: Given) => unknown
  readonly make: (context: PipelineContext, given: Given) => Promise<StageOutcome>
}

const applications = { file: 'applications', stage: 'tools' } as const
const agents = { file: 'agents', stage: 'agents' } as const
const tasks = { file: 'tasks', stage: 'tasks' } as const
const trajectories = { file: 'trajectories', stage: 'trajectories' } as const

const stages: Readonly<Record<ReportStage, PipelineStage>> = {
  tools: {
    version: 1,
    reads: [],
    writes: ['applications'],
    settings: (config, { lists }) => ({
      seed: config.seed,
      tools: config.counts.tools,
      roles: designRoles({ config }),
      lists,
    }),
    make: (context, { lists }) => makeTools(context, lists),
  },
  agents: {
    version: 1,
    reads: [applications],
    writes: ['agents'],
    settings: (config) => ({
      seed: config.seed,
      agents: config.counts.agents,
      roles: agentRoles({ config }),
      playsUnknownTools: playsUnknownTools(config),
    }),
    make: makeAgents,
  },
  tasks: {
    version: 1,
    reads: [applications, agents],
    writes: ['tasks'],
    settings: (config) => ({
      seed: config.seed,
      tasks: config.counts.tasks,
      families: config.families,
      difficulties: config.difficulties,
      rows: config.rows,
      code: config.code,
      roles: taskRoles({ config }),
    }),
    make: makeTasks,
  },
  trajectories: {
    version: 1,
    reads: [tasks],
    writes: ['trajectories'],
    settings: (config) => ({
      seed: config.seed,
      samples: config.counts.samples,
      planting: config.planting,
      roles: episodeRoles({ config }),
    }),
    make: makeTrajectories,
  },
  filter: {
    version: 1,
    reads: [tasks, trajectories],
    writes: ['judgements', 'kept', 'keptChats', 'rejected'],
    settings: (config) => ({
      seed: config.seed,
      duplicates: config.duplicates,
      caps: config.caps,
      roles: judgeRoles({ config }),
    }),
    make: makeFilter,
  },
}

const pathsOf = (run: string, names: readonly RunFile[]): readonly string[] =>
  names.map((name) => runFiles(run)[name])

/** @throws UserError for a file that an earlier stage has not made */
function checkThere(run: string, stage: ReportStage): void {
  for (const read of stages[stage].reads) {
    const path = runFiles(run)[read.file]
    if (!existsSync(path))
      throw new UserError(`${path} is not there; run \`tsukimi synth ${read.stage} --run ${run}\` first`)
  }
}

async function keyOf(run: string, stage: ReportStage, config: SynthConfig, given: Given): Promise<string> {
  const { version, reads, settings } = stages[stage]
  const read = pathsOf(
    run,
    reads.map(({ file }) => file),
  )
  const evaluation = stage === 'filter' ? config.evaluation : []
  return digestOf({
    stage,
    version,
    settings: JSON.parse(JSON.stringify(settings(config, given))) as unknown,
    files: await fileDigests(read),
    evaluation: await Promise.all(evaluation.map(async (path) => [path, await fileDigest(path)])),
  })
}

async function isWhole(run: string, stage: ReportStage, record: StageRecord): Promise<boolean> {
  const paths = pathsOf(run, stages[stage].writes)
  if (!paths.every((path) => existsSync(path))) return false
  const now = await fileDigests(paths)
  return Object.entries(now).every(([name, digest]) => record.files[name] === digest)
}

const givenOf = async (run: string, stage: ReportStage, config: SynthConfig, signal: AbortSignal) => ({
  lists: stage === 'tools' ? await mcpLists(run, config.mcp, signal) : [],
})

export interface StageRun {
  readonly record: StageRecord
  /** False where all of it was there already. */
  readonly isFresh: boolean
}

/**
 * Runs a stage where its files are not there as its settings and what it reads would make them.
 *
 * @param open gives what the stage works with; not called where there is nothing to do
 * @throws UserError for what is missing or wrong, AbortError when the signal aborts
 */
export async function runPipelineStage(
  stage: ReportStage,
  { run, config, signal }: Pick<PipelineContext, 'run' | 'config' | 'signal'>,
  open: () => Promise<PipelineContext>,
): Promise<StageRun> {
  checkThere(run, stage)
  const given = await givenOf(run, stage, config, signal)
  const key = await keyOf(run, stage, config, given)
  const before = await readStageRecord(run, stage)
  const wasLost = Object.keys(before?.lost ?? {}).length > 0
  if (before?.key === key && !wasLost && (await isWhole(run, stage, before)))
    return { record: before, isFresh: false }
  const context = await open()
  const started = performance.now()
  const outcome = await stages[stage].make(context, given)
  const record: StageRecord = {
    version: 1,
    stage,
    key,
    files: await fileDigests(pathsOf(run, stages[stage].writes)),
    input: outcome.input,
    output: outcome.output,
    seconds: (performance.now() - started) / 1000,
    lost: outcome.lost,
    costs: [...outcome.costs],
    details: outcome.details,
  }
  await writeStageRecord(run, record)
  return { record, isFresh: true }
}

/** Names of earlier stages whose files come from other settings than the run has now. */
export async function outdatedStages(
  run: string,
  stage: ReportStage,
  config: SynthConfig,
): Promise<readonly ReportStage[]> {
  const outdated: ReportStage[] = []
  for (const read of stages[stage].reads) {
    const record = await readStageRecord(run, read.stage)
    // Answers of MCP servers are not asked for again here.
    if (record === undefined || (read.stage === 'tools' && config.mcp !== null)) continue
    const isThere = stages[read.stage].reads.every(({ file }) => existsSync(runFiles(run)[file]))
    if (isThere && record.key !== (await keyOf(run, read.stage, config, { lists: [] })))
      outdated.push(read.stage)
  }
  return outdated
}
