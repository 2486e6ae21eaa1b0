import { derivedSeed } from '../../../draws.ts'
import type { Stage } from '../../../jobs/stage.ts'
import type { Roles } from '../../../roles/role-config.ts'
import type { Trajectory } from '../../../trajectory/trajectory.ts'
import { oraclePolicy } from '../../../world/oracle.ts'
import type { Task } from '../../../world/task.ts'
import { sandboxEnvironment } from '../../sandbox-environment.ts'
import { runTeacherEpisode } from '../../teacher/run-teacher-episode.ts'
import { generateTrajectory, type PlantingShares } from '../../trajectories/generate-trajectory.ts'
import type { UnitRoles } from '../unit-roles.ts'
import { codeTrajectory } from './code-trajectory.ts'
import { type UnitOutput, type UnitResources, withRoles } from './unit-resources.ts'

/** Tasks to do. */
export interface TrajectoryTasks {
  readonly seed: number
  /** Names the set of the tasks. */
  readonly set: string
  readonly tasks: readonly Task[]
  /** How often each is done. */
  readonly samples: number
  readonly shares: PlantingShares
  readonly roles: UnitRoles
}

async function teacherTrajectory(
  task: Task,
  { set }: TrajectoryTasks,
  seed: number,
  roles: Pick<Roles, 'role'>,
  resources: UnitResources,
  signal: AbortSignal,
): Promise<Trajectory> {
  const environment =
    task.code && (await sandboxEnvironment(task, await resources.sandbox(task.code.language)))
  const trajectory = await runTeacherEpisode({
    ...{ task, set, seed, roles, signal },
    ...(roles.role('assistant') === null && { assistant: oraclePolicy(task) }),
    ...(environment && { environment }),
    runScript: (...script) => resources.javascript().runScript(...script),
  })
  const labels = { ...trajectory.labels, application: task.application.name, agent: task.agent.id }
  return { ...trajectory, labels }
}

async function trajectoryOf(
  task: Task,
  unit: TrajectoryTasks,
  seed: number,
  resources: UnitResources,
  signal: AbortSignal,
): Promise<Trajectory> {
  const { set, shares } = unit
  if (task.code === undefined) return await generateTrajectory(task, { seed, set, shares, signal })
  const sandbox = await resources.sandbox(task.code.language)
  return await codeTrajectory(task, { seed, set, sandbox, mistakes: shares.mistake, signal })
}

/** Episodes, task by task; each depends on the seed, the task and the number of the sample alone. */
export const trajectoryUnits = (
  resources: UnitResources,
): Stage<TrajectoryTasks, UnitOutput<readonly Trajectory[]>> => ({
  name: 'synth/trajectories',
  version: '1',
  run: (unit, context) =>
    withRoles(resources, unit.roles, context, async (roles) => {
      const { signal } = context
      const isProcedural = Object.keys(unit.roles).length === 0
      const trajectories: Trajectory[] = []
      for (const task of unit.tasks) {
        for (let sample = 0; sample < unit.samples; sample++) {
          signal.throwIfAborted()
          const seed = derivedSeed(unit.seed, 'trajectory', task.id, sample)
          const trajectory = isProcedural
            ? await trajectoryOf(task, unit, seed, resources, signal)
            : await teacherTrajectory(task, unit, seed, roles, resources, signal)
          const lineage = { stage: 'trajectories', keys: [trajectory.task.digest] }
          trajectories.push({ ...trajectory, lineage })
        }
      }
      return trajectories
    }),
})
