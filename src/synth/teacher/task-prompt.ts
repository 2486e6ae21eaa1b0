import { z } from 'zod'
import { blocks } from '../../chat/material-blocks.ts'
import type { VersionedPrompt } from '../../roles/versioned-prompt.ts'
import type { Application } from '../../world/application.ts'
import { isWrite } from '../../world/semantics.ts'
import type { WorldState } from '../../world/state.ts'
import type { AgentProfile, Rubric, TaskFamily, UserProfile } from '../../world/task.ts'
import { value } from '../tools/semantics-schema.ts'
import { columnText, stateProblems } from './row-problems.ts'
import { rubricProblems } from './rubric-problems.ts'
import { rubric } from './rubric-schema.ts'

export type WrittenFamily = Exclude<TaskFamily, 'code'>

export interface TaskInput {
  /** With the agent's tools only. */
  readonly application: Application
  readonly agent: AgentProfile
  readonly family: WrittenFamily
  /** 1 (easy) … 4. */
  readonly difficulty: number
  /** How the user writes. */
  readonly manner: string
}

export interface WrittenTask {
  readonly state: WorldState
  readonly user: UserProfile
  readonly rubric: Rubric
}

const families: Readonly<Record<WrittenFamily, string>> = {
  single_call: 'One call is enough, and its arguments are in what the user says.',
  parallel_calls: 'Several calls that do not depend on each other; they can be made in one turn.',
  dependent_calls: 'Later calls need what earlier ones return, such as a key that is searched for first.',
  error_recovery:
    'A tool fails at first or refuses what the user asks; the assistant tries again or finds another way.',
  no_tool: 'No call is needed or allowed: the user wants advice, or something that no tool does.',
  clarification: 'Something that a call needs is missing until the assistant asks for it.',
}

const difficulties = [
  'Easy: one wish, said plainly, with everything that is needed.',
  'Medium: two steps, or a wish that has to be read with care.',
  'Hard: several steps with a condition or a calculation between them.',
  'Very hard: several steps, conditions that exclude the obvious way, and a user who changes or adds something midway.',
]

const system = `You write tasks for an assistant with tools: what there is in the application at the beginning, who the user is and what the user wants, and how success is recognised.

State: for each table four to twelve rows by their keys, every column filled with realistic, varied values that keep to its type. Keys begin with the table's prefix and have four digits. Among the rows are some that a careless assistant would mistake for the right ones. Give no rows to other tables.

User: persona is one or two sentences on who it is and how that person writes, after the manner that is given. goal is told to whoever plays the user and never to the assistant: what the user wants, every fact that the user knows, what the user will say when asked. moves are the user's lines: exactly one "first", which opens the conversation in the user's own voice without technical names, then "asked" and "answered" lines where the family or the difficulty needs them. Facts that only the state knows are not known to the user.

Rubric: success holds exactly when the wish is fulfilled and no harm is done, whichever way was taken. Write it in checks that a program decides: final values of columns, rows that are new, "unchanged" with the rows that may change, facts that an answer must say. A wish that changes records needs a check of the state; a wish to know something needs "said" with every usual way to write the answer. pattern says how tools are expected to be used, checkpoints what is reached on the way. judged has one to three criteria that a reader of the conversation can answer with yes or no and that no program can tell, such as a rule of conduct of the assistant.

The task can be solved with the tools that are declared and their guards. Every value in the rubric follows from the state, the tools and the user's lines.`

const table = ({ tables }: Application): string =>
  tables
    .map(({ name, key, keyPrefix, columns }) => {
      const lines = Object.entries(columns).map(([column, type]) => `  ${column}: ${columnText(type)}`)
      return `${name} (key ${key}, ${keyPrefix}0000)\n${lines.join('\n')}`
    })
    .join('\n')

const line = z.string().min(1)

/** Stage 2: a task with its rubric, machine-checkable parts first. */
export const taskPrompt: VersionedPrompt<TaskInput, WrittenTask> = {
  name: 'task',
  version: 1,
  system,
  user: ({ application, agent, family, difficulty, manner }) =>
    blocks({
      application: `${application.name}: ${application.description}`,
      tables: table(application),
      tools: application.tools,
      assistant: agent.systemPrompt ?? 'A helpful assistant.',
      family: families[family],
      difficulty: difficulties[difficulty - 1],
      manner,
    }),
  schema: z.strictObject({
    state: z.record(line, z.record(line, z.record(line, value))),
    user: z.strictObject({
      persona: line,
      goal: line,
      moves: z.array(z.strictObject({ when: z.enum(['first', 'asked', 'answered']), text: line })).min(1),
    }),
    rubric,
  }),
  temperature: 0.9,
  maxTokens: 16_384,
  problems: (written, { application, family }) => [
    ...stateProblems(application.tables, written.state),
    ...moveProblems(written.user),
    ...rubricProblems(written.rubric, namesOf(application, written.state)),
    ...familyProblems(written, application, family),
  ],
}

const namesOf = ({ tables, tools }: Application, state: WorldState) => ({
  tables,
  state,
  tools: new Map(
    tools.map(({ declaration: { function: tool } }) => {
      const { properties = {} } = (tool.parameters ?? {}) as { readonly properties?: object }
      return [tool.name, new Set(Object.keys(properties))]
    }),
  ),
})

const moveProblems = ({ moves }: UserProfile): string[] =>
  moves[0]?.when === 'first' && moves.filter(({ when }) => when === 'first').length === 1
    ? []
    : ['moves: the first one, and no other, is "first"']

function familyProblems(
  { user, rubric: { success } }: WrittenTask,
  { tools }: Application,
  family: WrittenFamily,
) {
  const problems: string[] = []
  const kinds = new Set(success.map(({ check }) => check.kind))
  const changes = kinds.has('column') || kinds.has('rows')
  if (family === 'no_tool' && !kinds.has('not_called'))
    problems.push('success: a task without tools checks "not_called"')
  if (family === 'clarification' && !user.moves.some(({ when }) => when === 'asked'))
    problems.push('moves: a task of clarification has a line for when the user is "asked"')
  if (changes && !tools.some(({ semantics }) => semantics === undefined || isWrite(semantics)))
    problems.push('success: no tool changes anything, so the state cannot be checked to differ')
  if (changes && !kinds.has('unchanged')) problems.push('success: "unchanged" is missing')
  return problems
}
