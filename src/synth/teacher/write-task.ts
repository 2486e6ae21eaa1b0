import { derivedSeed, draws } from '../../draws.ts'
import { digestOf } from '../../files/digest.ts'
import { askStructured } from '../../roles/ask-structured.ts'
import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import type { Application } from '../../world/application.ts'
import type { AgentProfile, SeededFailure, Task } from '../../world/task.ts'
import type { TeacherOptions } from './design-tools.ts'
import { type TaskInput, taskPrompt, type WrittenFamily, type WrittenTask } from './task-prompt.ts'

/** How users write; one is drawn. */
const manners = [
  'brief to the point of leaving things out',
  'polite and a little long-winded',
  'impatient, with abbreviations',
  'precise, in full sentences',
  'tells the story around the matter before the matter',
  'unsure of the right words, describes things instead of naming them',
  'careless with capitals and typing',
  'friendly and chatty',
  'formal, as in a letter',
  'writes in a second language, simple words and small mistakes',
] as const

export interface TaskWish {
  readonly application: Application
  readonly agent: AgentProfile
  readonly family: WrittenFamily
  readonly difficulty: number
}

/** The agent's tools and the tables that they may touch: all of them, since references lead from one to the other. */
const withAgentsTools = (application: Application, agent: AgentProfile): Application => ({
  ...application,
  tools: application.tools.filter(({ declaration }) => agent.tools.includes(declaration.function.name)),
})

/** Of a task of recovery: the first call of a tool that the rubric expects, or of any. */
function failuresOf(
  { rubric }: WrittenTask,
  { application, family }: TaskInput,
  seed: number,
): SeededFailure[] {
  if (family !== 'error_recovery') return []
  const draw = draws(seed, 'failure')
  const called = [...rubric.success, ...rubric.pattern, ...rubric.checkpoints].flatMap(({ check }) =>
    check.kind === 'called' ? [check.tool] : [],
  )
  const tools =
    called.length > 0 ? called : application.tools.map(({ declaration }) => declaration.function.name)
  return [
    { tool: draw.pick(tools), nth: 0, kind: draw.pick(['error', 'timeout', 'empty', 'partial'] as const) },
  ]
}

/**
 * A task of an agent with the rows that there are at first, its user and its rubric. Its names, values and references are
 * checked; that it can be solved is not proved, so it has no oracle.
 *
 * @throws RejectedAnswer, EndpointFailure
 */
export async function writeTask(
  endpoint: ChatEndpoint,
  { agent, family, difficulty, ...wish }: TaskWish,
  { seed, signal }: TeacherOptions,
): Promise<Task> {
  const application = withAgentsTools(wish.application, agent)
  const manner = draws(seed, 'manner').pick(manners)
  const input = { application, agent, family, difficulty, manner }
  const options = { seed: derivedSeed(seed, 'task'), ...(signal && { signal }) }
  const { value } = await askStructured(endpoint, taskPrompt, input, options)
  const written = { agent, application, ...value, failures: failuresOf(value, input, seed) }
  const id = `task-${digestOf(written).slice(0, 12)}`
  return { version: 1, id, family, difficulty, seed, ...written, oracle: [] }
}
