import type { ToolCall } from '../../../chat/messages.ts'
import type { RewardPart, Trajectory } from '../../../trajectory/trajectory.ts'
import { type SandboxChoice, sandboxEnvironment } from '../../sandbox-environment.ts'
import type { CodeTask } from './generate-code-task.ts'

const noTrajectory: Trajectory = {
  version: 1,
  id: 'proof',
  task: { set: 'code', id: 'proof', digest: '' },
  seed: 0,
  models: {},
  tools: [],
  nodes: [],
}

/** Makes calls in a fresh environment and tells what the tests say then. */
async function testsAfter(
  { task }: CodeTask,
  calls: readonly { readonly tool: string; readonly arguments: object }[],
  choice: SandboxChoice,
): Promise<RewardPart> {
  await using environment = await sandboxEnvironment(task, choice)
  const { signal } = new AbortController()
  for (const [index, one] of calls.entries()) {
    const call: ToolCall = {
      id: `functions.${one.tool}:${index}`,
      name: one.tool,
      arguments: JSON.stringify(one.arguments),
    }
    const { failed, content } = await environment.call(call, signal)
    if (failed) throw new Error(`${task.id}: ${one.tool} fails in its proof: ${content}`)
  }
  return (await environment.check(noTrajectory))[0]!
}

/**
 * Executes a task's plan, after which all tests must pass, and its wrong solution, after which not all may.
 *
 * @throws Error where one of them does otherwise: the generator is wrong then
 */
export async function proveCodeTask(code: CodeTask, choice: SandboxChoice): Promise<void> {
  const { task, wrong } = code
  const plan = task.oracle.flatMap((step) => ('calls' in step ? step.calls : []))
  const solved = await testsAfter(code, plan, choice)
  if (!solved.passed) throw new Error(`${task.id}: the plan does not solve it: ${solved.detail}`)
  const writes = Object.entries(wrong).map(([path, content]) => ({
    tool: 'write_file',
    arguments: { path, content },
  }))
  const spoilt = await testsAfter(code, writes, choice)
  if (spoilt.passed) throw new Error(`${task.id}: the tests accept a wrong solution`)
}
