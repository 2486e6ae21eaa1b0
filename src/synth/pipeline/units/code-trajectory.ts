import { draws } from '../../../draws.ts'
import type { Trajectory } from '../../../trajectory/trajectory.ts'
import { oraclePolicy } from '../../../world/oracle.ts'
import type { AssistantPolicy } from '../../../world/policies.ts'
import { runEpisode } from '../../../world/run-episode.ts'
import { scriptedUser } from '../../../world/scripted-user.ts'
import type { PlanStep, Task } from '../../../world/task.ts'
import { type SandboxChoice, sandboxEnvironment } from '../../sandbox-environment.ts'
import { labelled } from '../../trajectories/generate-trajectory.ts'

type Mistake = (task: Task) => readonly PlanStep[]

const isWriting = (step: PlanStep): boolean =>
  'calls' in step && step.calls.some(({ tool }) => tool === 'write_file')

/** Says that all is done and has written nothing. */
const omittedCall: Mistake = ({ oracle }) => oracle.filter((step) => !isWriting(step))

/** Writes what was there: a stub, or the function that is wrong. */
const wrongSolution: Mistake = ({ oracle, code }) =>
  oracle.map((step) =>
    'calls' in step && isWriting(step)
      ? {
          ...step,
          calls: step.calls.map(({ tool, arguments: args }) => ({
            tool,
            arguments: { ...args, content: code!.files[String(args.path)] ?? '' },
          })),
        }
      : step,
  )

const mistakes = { omitted_call: omittedCall, wrong_solution: wrongSolution } as const
const names = Object.keys(mistakes) as (keyof typeof mistakes)[]

export interface CodeTrajectoryOptions {
  readonly seed: number
  readonly set: string
  readonly sandbox: SandboxChoice
  /** Share of episodes with a mistake. */
  readonly mistakes: number
  readonly signal?: AbortSignal
}

/** An episode of a code task with its plan, or with a plan in which a mistake was planted, as its label says. */
export async function codeTrajectory(task: Task, options: CodeTrajectoryOptions): Promise<Trajectory> {
  const { seed, set, sandbox, signal } = options
  const draw = draws(seed, 'planting')
  const planted = draw.chance(options.mistakes) ? draw.pick(names) : undefined
  const assistant: AssistantPolicy =
    planted === undefined
      ? oraclePolicy(task)
      : { ...oraclePolicy(task, mistakes[planted](task)), name: 'oracle with mistakes' }
  await using environment = await sandboxEnvironment(task, sandbox)
  const trajectory = await runEpisode({
    ...{ task, set, seed, environment, assistant, user: scriptedUser(task) },
    ...(signal && { signal }),
  })
  return labelled(trajectory, task, { planted: planted === undefined ? 'none' : `mistake ${planted}` })
}
