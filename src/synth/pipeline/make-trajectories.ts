import type { Trajectory } from '../../trajectory/trajectory.ts'
import { writeTrajectories } from '../../trajectory/write-trajectories.ts'
import { UserError } from '../../user-error.ts'
import type { Task } from '../../world/task.ts'
import { readTasks } from '../tasks/task-files.ts'
import { toolCallPrompt } from '../teacher/tool-call-prompt.ts'
import { userPrompt } from '../teacher/user-prompt.ts'
import { createNameCounts } from './counts.ts'
import type { PipelineContext, StageOutcome } from './pipeline-context.ts'
import { runFiles } from './run-files.ts'
import { createUnitTally, runUnits } from './run-units.ts'
import type { SynthConfig } from './synth-config.ts'
import { type UnitRoles, unitRoles } from './unit-roles.ts'
import { type TrajectoryTasks, trajectoryUnits } from './units/trajectory-unit.ts'

/** Tasks of a chunk: of plans, and where models take part. */
const [ownChunk, modelChunk] = [25, 1]

export const episodeRoles = ({ config }: Pick<PipelineContext, 'config'>): UnitRoles =>
  unitRoles(config.roles, { user: [userPrompt], tool_simulator: [toolCallPrompt], assistant: [] })

const plantingShares = ({ planting }: SynthConfig) => ({
  variant: planting.variant,
  mistake: planting.mistake,
  userFault: planting.user_fault,
  toolFault: planting.tool_fault,
})

/** Values in lists of at most `size`. */
export async function* inChunks<T>(values: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let chunk: T[] = []
  for await (const value of values) {
    chunk.push(value)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

async function* playable(path: string, needsPlan: boolean): AsyncGenerator<Task> {
  for await (const task of readTasks(path)) {
    if (needsPlan && task.oracle.length === 0)
      throw new UserError(
        `${path}: task ${task.id} has no plan that a procedural assistant could follow; give roles.assistant a model`,
      )
    yield task
  }
}

/** Conversations of users and assistants about tasks. */
export async function makeTrajectories(context: PipelineContext): Promise<StageOutcome> {
  const { config, run, resources, onProgress } = context
  const { seed, counts } = config
  const files = runFiles(run)
  const [tally, outcomes] = [createUnitTally(), createNameCounts()]
  const roles = episodeRoles(context)
  const shares = plantingShares(config)
  const size = Object.keys(roles).length === 0 ? ownChunk : modelChunk
  const total = counts.tasks * counts.samples
  let tasks = 0

  async function* units(): AsyncGenerator<TrajectoryTasks> {
    for await (const chunk of inChunks(playable(files.tasks, roles.assistant === undefined), size)) {
      tasks += chunk.length
      yield { seed, set: 'synthetic', tasks: chunk, samples: counts.samples, shares, roles }
    }
  }

  async function* all(): AsyncGenerator<Trajectory> {
    let done = 0
    for await (const { value } of runUnits(context, trajectoryUnits(resources), units(), tally, roles)) {
      tally.spend(value.costs)
      for (const trajectory of value.value) {
        outcomes.add(trajectory.outcome?.status ?? 'none')
        onProgress({ stage: 'trajectories', what: 'trajectories', done: ++done, total })
        yield trajectory
      }
    }
    tally.check()
  }

  const output = await writeTrajectories(files.trajectories, all())
  return {
    input: tasks * counts.samples,
    output,
    lost: tally.lost(),
    costs: tally.costs(),
    details: { outcomes: outcomes.counts() },
  }
}
