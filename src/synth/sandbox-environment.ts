import { z } from 'zod'
import type { Bubblewrap } from '../agent/sandbox/bubblewrap.ts'
import type { Javascript } from '../agent/sandbox/javascript.ts'
import type { ToolCall } from '../chat/messages.ts'
import { didYouMean } from '../nearest-name.ts'
import type { RewardPart, Trajectory } from '../trajectory/trajectory.ts'
import { UserError } from '../user-error.ts'
import { checkRubric } from '../world/check.ts'
import type { CallResult, Environment } from '../world/environment.ts'
import { rewardParts } from '../world/reward-parts.ts'
import type { Task } from '../world/task.ts'
import { bubblewrapWorkspace } from './tasks/code/bubblewrap-workspace.ts'
import { type CaseResult, type CodeCase, caseResult, readCodeTests } from './tasks/code/code-tests.ts'
import { type CodeToolName, codeTools } from './tasks/code/code-tools.ts'
import { quickjsWorkspace } from './tasks/code/quickjs-workspace.ts'
import type { Workspace } from './tasks/code/workspace.ts'

/** What programs can be run with. A task in JavaScript is run with QuickJS where that is here. */
export interface SandboxChoice {
  readonly javascript?: Javascript
  readonly bubblewrap?: Bubblewrap
}

const argumentsOf = {
  list_files: z.strictObject({}),
  read_file: z.strictObject({ path: z.string() }),
  write_file: z.strictObject({ path: z.string(), content: z.string() }),
  run_tests: z.strictObject({}),
  run_code: z.strictObject({ code: z.string() }),
  run_command: z.strictObject({ command: z.string() }),
} satisfies Record<CodeToolName, z.ZodType>

type Tools = {
  readonly [Name in CodeToolName]: (
    args: z.infer<(typeof argumentsOf)[Name]>,
    signal: AbortSignal,
  ) => Promise<object>
}

/** Failures that are told one by one. */
const mostTold = 5

async function caseResults(
  workspace: Workspace,
  cases: readonly CodeCase[],
  signal: AbortSignal,
): Promise<readonly CaseResult[]> {
  const outcomes = await workspace.call(cases, signal)
  return cases.map((one, at) => caseResult(one, outcomes[at]))
}

function told(results: readonly CaseResult[]): object {
  const failed = results.filter(({ passed }) => !passed)
  return {
    passed: results.length - failed.length,
    total: results.length,
    ...(failed.length > 0 && {
      failed: failed.slice(0, mostTold).map(({ name, problem }) => ({ test: name, problem })),
    }),
  }
}

/** The share of tests that pass; only all of them are enough. */
function testsPart(name: string, results: readonly CaseResult[]): RewardPart {
  const count = results.filter(({ passed }) => passed).length
  const first = results.find(({ passed }) => !passed)
  const why = first === undefined ? '' : `; ${first.name}: ${first.problem}`
  return {
    name,
    kind: 'tests',
    score: count / results.length,
    passed: first === undefined,
    detail: `${count} of ${results.length} tests pass${why}`,
  }
}

const toolsOf = (workspace: Workspace, cases: readonly CodeCase[]): Tools => ({
  list_files: async () => ({ files: await workspace.list() }),
  read_file: async ({ path }) => ({ content: await workspace.read(path) }),
  async write_file({ path, content }) {
    await workspace.write(path, content)
    return { written: path }
  },
  run_tests: async (_, signal) => told(await caseResults(workspace, cases, signal)),
  run_code: ({ code }, signal) => workspace.runCode(code, signal),
  run_command: async ({ command }, signal) => {
    if (workspace.runCommand === undefined) throw new UserError('commands cannot be run in this workspace')
    return await workspace.runCommand(command, signal)
  },
})

function parsedArguments<Name extends CodeToolName>(
  name: Name,
  text: string,
): z.infer<(typeof argumentsOf)[Name]> {
  let value: unknown
  try {
    value = text.trim() === '' ? {} : JSON.parse(text)
  } catch (error) {
    throw new UserError(`the arguments are not JSON: ${(error as Error).message}`)
  }
  const read = argumentsOf[name].safeParse(value)
  if (!read.success) throw new UserError(`the arguments do not fit: ${z.prettifyError(read.error)}`)
  return read.data as z.infer<(typeof argumentsOf)[Name]>
}

async function openWorkspace(task: Task, { javascript, bubblewrap }: SandboxChoice): Promise<Workspace> {
  const { code } = task
  if (code === undefined)
    throw new UserError(`Task ${task.id} has no workspace; only code tasks are done in a sandbox`)
  if (code.language === 'javascript' && javascript !== undefined)
    return quickjsWorkspace(javascript, code.files)
  if (bubblewrap === undefined)
    throw new UserError(
      `Task ${task.id} is in ${code.language}, which needs a sandbox of bubblewrap; none was opened`,
    )
  if (code.language === 'python' && bubblewrap.python === undefined)
    throw new UserError(`Task ${task.id} is in Python, and there is no /usr/bin/python3; install python3`)
  return await bubblewrapWorkspace(await bubblewrap.sandbox(), code)
}

/**
 * The environment of a code task: its files in a sandbox, tools to work on them, hidden tests. What tests expect never
 * enters the sandbox; the code under test only gives results, and they are compared outside.
 *
 * @throws UserError where the task has no workspace, or nothing here can run its language
 */
export async function sandboxEnvironment(task: Task, choice: SandboxChoice): Promise<Environment> {
  const workspace = await openWorkspace(task, choice)
  const cases = readCodeTests(task.code!.tests, task.id)
  const tools = toolsOf(workspace, cases)
  const names = (Object.keys(codeTools) as CodeToolName[]).filter(
    (name) =>
      task.agent.tools.includes(name) && (name !== 'run_command' || workspace.runCommand !== undefined),
  )

  async function content(call: ToolCall, signal: AbortSignal): Promise<string> {
    const name = names.find((one) => one === call.name)
    if (name === undefined)
      throw new UserError(`there is no tool "${call.name}"${didYouMean(call.name, names)}`)
    const tool = tools[name] as (args: object, signal: AbortSignal) => Promise<object>
    return JSON.stringify(await tool(parsedArguments(name, call.arguments), signal))
  }

  async function call(one: ToolCall, signal: AbortSignal): Promise<CallResult> {
    try {
      return { content: await content(one, signal), failed: false }
    } catch (error) {
      const text = JSON.stringify({ error: (error as Error).message })
      return error instanceof UserError
        ? { content: text, failed: true }
        : { content: text, failed: true, fault: signal.aborted ? 'infrastructure' : 'environment' }
    }
  }

  async function check(trajectory: Trajectory): Promise<readonly RewardPart[]> {
    const results = await caseResults(workspace, cases, new AbortController().signal)
    const parts = checkRubric(task, task.rubric, task.state, trajectory)
    const tests = task.rubric.success.find(({ check }) => check.kind === 'tests')
    const own = tests === undefined ? [] : [testsPart(tests.name, results)]
    return rewardParts({ ...parts, success: [...own, ...parts.success] })
  }

  return {
    name: `code-${workspace.sandbox}`,
    version: '1',
    tools: names.map((name) => codeTools[name]),
    call,
    check,
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  }
}
