import { digestOf } from '../../files/digest.ts'
import { writeJsonLines } from '../../files/write-json-lines.ts'
import { createContaminationIndex, type NamedText } from '../../trajectory/contamination.ts'
import { createNearDuplicateIndex } from '../../trajectory/near-duplicates.ts'
import { readTrajectories } from '../../trajectory/read-trajectories.ts'
import type { Trajectory } from '../../trajectory/trajectory.ts'
import { writeOpenAiChats } from '../../trajectory/write-openai-chats.ts'
import { writeTrajectories } from '../../trajectory/write-trajectories.ts'
import { UserError } from '../../user-error.ts'
import type { Task } from '../../world/task.ts'
import { createFilter } from '../judge/filter.ts'
import { judgePrompt } from '../judge/judge-prompt.ts'
import { noCounts, withJudged } from '../judge/planted-counts.ts'
import { readTasks } from '../tasks/task-files.ts'
import { createCrossCounts, createNameCounts } from './counts.ts'
import { type Decision, decided, decisionOf, readDecisions } from './decision.ts'
import { evaluationTexts } from './evaluation-texts.ts'
import { createLengths } from './lengths.ts'
import { inChunks } from './make-trajectories.ts'
import type { PipelineContext, StageOutcome } from './pipeline-context.ts'
import { runFiles } from './run-files.ts'
import { createUnitTally, runUnits } from './run-units.ts'
import { readStageRecord } from './stage-record.ts'
import type { ContaminationFinding } from './synth-report-data.ts'
import { type UnitRoles, unitRoles } from './unit-roles.ts'
import { type JudgeUnit, judgeUnits } from './units/judge-unit.ts'

/** Trajectories of a chunk: for rules, and for a model. */
const [ownChunk, modelChunk] = [50, 4]
/** Keys of rows in the names of a rubric's parts, which would make each part one of its own. */
const rowKey = /\b[A-Z]{2,}-\d+\b/g

/** Findings and details that are listed. */
const [mostFindings, mostDetails] = [50, 30]

export const judgeRoles = ({ config }: Pick<PipelineContext, 'config'>): UnitRoles =>
  unitRoles(config.roles, { judge: [judgePrompt] })

interface Attempt {
  readonly trajectory: Trajectory
  readonly task: Task
}

const strayTrajectory = (run: string, { id, task }: Trajectory): UserError =>
  new UserError(
    `${runFiles(run).trajectories}: trajectory ${id} is of a task ${task.id} that tasks.jsonl does not have so, or not in this order; run \`tsukimi synth trajectories --run ${run}\``,
  )

/** Each trajectory with its task; both files are in one order. */
async function* attempts(run: string): AsyncGenerator<Attempt> {
  const files = runFiles(run)
  const tasks = readTasks(files.tasks)
  let task: Task | undefined
  let digest: string | undefined
  try {
    for await (const trajectory of readTrajectories(files.trajectories)) {
      while (task?.id !== trajectory.task.id) {
        const next = await tasks.next()
        if (next.done) throw strayTrajectory(run, trajectory)
        task = next.value
        digest = digestOf(task)
      }
      if (digest !== trajectory.task.digest) throw strayTrajectory(run, trajectory)
      yield { trajectory, task }
    }
  } finally {
    await tasks.return(undefined)
  }
}

async function* judgeInputs(run: string, seed: number, roles: UnitRoles): AsyncGenerator<JudgeUnit> {
  const size = Object.keys(roles).length === 0 ? ownChunk : modelChunk
  for await (const chunk of inChunks(attempts(run), size))
    yield {
      seed,
      roles,
      tasks: [...new Set(chunk.map(({ task }) => task))],
      trajectories: chunk.map(({ trajectory }) => trajectory),
    }
}

async function contaminationOf(paths: readonly string[]) {
  if (paths.length === 0) return undefined
  const texts: NamedText[] = []
  for (const path of paths) for await (const text of evaluationTexts(path)) texts.push(text)
  return createContaminationIndex(texts)
}

/** Trajectories with their decisions, those that are kept or those that are not. */
async function* withDecisions(run: string, kept: boolean): AsyncGenerator<Trajectory> {
  const files = runFiles(run)
  const decisions = readDecisions(files.judgements)
  let next = await decisions.next()
  for await (const trajectory of readTrajectories(files.trajectories)) {
    // One whose judgement was lost is passed over.
    if (next.done || next.value.trajectory !== trajectory.id) continue
    if (next.value.kept === kept) yield decided(trajectory, next.value)
    next = await decisions.next()
  }
}

function createFilterTally() {
  const [rejections, details, faults, plantings] = [
    createNameCounts(),
    createNameCounts(),
    createNameCounts(),
    createNameCounts(),
  ]
  const byFamily = createCrossCounts()
  const lengths = { kept: createLengths(), rejected: createLengths() }
  const findings: ContaminationFinding[] = []
  let planted = noCounts
  let count = 0
  return {
    add(trajectory: Trajectory, judgement: Parameters<typeof withJudged>[2], decision: Decision): void {
      const { labels = {} } = trajectory
      const { kept, verdict, reason, detail = '' } = decision
      count++
      byFamily.add(labels.family ?? 'unknown', verdict)
      if (labels.planted !== undefined) plantings.add(labels.planted)
      if (decision.fault !== undefined) faults.add(decision.fault)
      lengths[kept ? 'kept' : 'rejected'].add(trajectory)
      planted = withJudged(planted, trajectory, judgement)
      if (reason === undefined) return
      rejections.add(reason)
      if (reason === 'rejected') details.add(detail.split(':')[0]!.replaceAll(rowKey, '…'))
      if (reason === 'contaminated' && findings.length < mostFindings)
        findings.push({ trajectory: trajectory.id, evaluation: detail })
    },
    count: () => count,
    details: () => ({
      byFamilyAndVerdict: byFamily.counts(),
      byPlanting: plantings.counts(),
      faults: faults.counts(),
      lengths: { kept: lengths.kept.lengths(), rejected: lengths.rejected.lengths() },
      rejections: rejections.counts(),
      rejectionDetails: Object.entries(details.counts())
        .map(([detail, times]) => ({ detail, count: times }))
        .toSorted((a, b) => b.count - a.count)
        .slice(0, mostDetails),
      planted,
      findings,
    }),
  }
}

/** Judges trajectories and keeps those that are good, once, and clean. */
export async function makeFilter(context: PipelineContext): Promise<StageOutcome> {
  const { config, run, resources, onProgress } = context
  const files = runFiles(run)
  const [tally, sums] = [createUnitTally(), createFilterTally()]
  const roles = judgeRoles(context)
  const contamination = await contaminationOf(config.evaluation)
  const total =
    (await readStageRecord(run, 'trajectories'))?.output ?? config.counts.tasks * config.counts.samples
  const filter = createFilter({
    caps: config.caps,
    ...(contamination && { contamination }),
    ...(config.duplicates !== null && {
      duplicates: createNearDuplicateIndex({ threshold: config.duplicates }),
    }),
  })

  async function* decisions(): AsyncGenerator<Decision> {
    const inputs = judgeInputs(run, config.seed, roles)
    for await (const { input, value } of runUnits(context, judgeUnits(resources), inputs, tally, roles)) {
      tally.spend(value.costs)
      for (const [i, judgement] of value.value.entries()) {
        const trajectory = input.trajectories[i]!
        const decision = decisionOf(judgement, filter(trajectory, judgement))
        sums.add(trajectory, judgement, decision)
        onProgress({ stage: 'filter', what: 'judgements', done: sums.count(), total })
        yield decision
      }
    }
    tally.check()
  }

  await writeJsonLines(files.judgements, decisions())
  const output = await writeTrajectories(files.kept, withDecisions(run, true))
  await writeOpenAiChats(files.keptChats, readTrajectories(files.kept))
  await writeTrajectories(files.rejected, withDecisions(run, false))
  return {
    input: sums.count(),
    output,
    lost: tally.lost(),
    costs: tally.costs(),
    details: {
      ...sums.details(),
      sets: config.evaluation,
      ...(contamination && { tooShort: contamination.tooShort.length }),
    },
  }
}
