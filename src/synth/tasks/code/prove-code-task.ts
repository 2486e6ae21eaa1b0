import type { Trajectory } from '../../../trajectory/trajectory.ts'
import { oraclePolicy } from '../../../world/oracle.ts'
import type { AssistantPolicy } from '../../../world/policies.ts'
import { succeeded } from '../../../world/reward-parts.ts'
import { runEpisode } from '../../../world/run-episode.ts'
import { scriptedUser } from '../../../world/scripted-user.ts'
import type { PlanStep } from '../../../world/task.ts'
import { type SandboxChoice, sandboxEnvironment } from '../../sandbox-environment.ts'
import type { CodeTask } from './generate-code-task.ts'

async function episode(
  { task }: CodeTask,
  assistant: AssistantPolicy,
  choice: SandboxChoice,
): Promise<Trajectory> {
  await using environment = await sandboxEnvironment(task, choice)
  return await runEpisode({
    task,
    set: 'code',
    environment,
    assistant,
    user: scriptedUser(task),
    seed: task.seed,
  })
}

/** Writes the wrong solution and says that all is done. */
const wrongPlan = ({ wrong }: CodeTask): readonly PlanStep[] => [
  ...Object.entries(wrong).map(([path, content]) => ({
    calls: [{ tool: 'write_file', arguments: { path, content } }],
  })),
  { say: 'It is done.' },
]

const partsOf = ({ outcome }: Trajectory) => outcome?.parts ?? []

/** What was not so, for who repairs the generator. */
const problems = (trajectory: Trajectory): string =>
  partsOf(trajectory)
    .filter(({ passed }) => !passed)
    .map(({ name, detail }) => `${name}: ${detail}`)
    .join('; ') || `it ended with ${trajectory.outcome?.stop}`

/**
 * Executes a task's plan, after which every check of the rubric must hold, and its wrong solution, after which the tests
 * must fail. Gives the episode of the plan.
 *
 * @throws Error where one of them does otherwise: the generator is wrong then
 */
export async function proveCodeTask(code: CodeTask, choice: SandboxChoice): Promise<Trajectory> {
  const { task } = code
  const solved = await episode(code, oraclePolicy(task), choice)
  if (!succeeded(partsOf(solved)) || partsOf(solved).some(({ passed }) => !passed))
    throw new Error(`${task.id}: the plan does not solve it: ${problems(solved)}`)
  const spoilt = await episode(code, oraclePolicy(task, wrongPlan(code)), choice)
  if (succeeded(partsOf(spoilt))) throw new Error(`${task.id}: the tests accept a wrong solution`)
  return solved
}
