import { says } from '../../world/check.ts'
import { oraclePolicy } from '../../world/oracle.ts'
import type { AssistantPolicy } from '../../world/policies.ts'
import { succeeded } from '../../world/reward-parts.ts'
import { runEpisode } from '../../world/run-episode.ts'
import { scriptedUser } from '../../world/scripted-user.ts'
import type { RubricCheck, Task } from '../../world/task.ts'
import { worldEnvironment } from '../../world/world-environment.ts'
import { refusalTexts } from './refusals.ts'

const textsOf = ({ check }: RubricCheck): readonly string[] =>
  check.kind === 'said' && check.anyOf !== refusalTexts ? check.anyOf : []

/** Why what is to be told could be told by chance: the user said it already, or two facts have one text. */
export function ambiguity({ rubric, user }: Task): string | null {
  const facts = rubric.success.map(textsOf).filter((texts) => texts.length > 0)
  const isGiven = facts.some((texts) =>
    texts.some((text) => user.moves.some((move) => says(move.text, text))),
  )
  if (isGiven) return 'the user tells what is to be found out'
  const isShared = facts.some((texts, i) =>
    facts.some((others, j) => i !== j && texts.some((text) => others.some((other) => says(other, text)))),
  )
  return isShared ? 'two facts have one text' : null
}

const episode = (task: Task, assistant: AssistantPolicy) =>
  runEpisode({
    task,
    set: 'proof',
    environment: worldEnvironment(task),
    assistant,
    user: scriptedUser(task),
    seed: task.seed,
  })

/** Says to everything that it is not possible. */
const idle: AssistantPolicy = {
  name: 'idle',
  turn: async () => ({
    message: { role: 'assistant', content: 'I am sorry, I cannot do that.' },
    finish: 'stop',
  }),
}

/** Why a task is not kept: its plan does not pass all checks, or doing nothing does. null where it holds. */
export async function unproven(task: Task): Promise<string | null> {
  const { outcome } = await episode(task, oraclePolicy(task))
  if (outcome?.status !== 'completed') return `the plan does not come to its end: ${outcome?.stop}`
  const failed = outcome.parts.find(({ passed }) => !passed)
  if (failed !== undefined) return `the plan does not pass a check of ${failed.name.split('/')[0]}`
  if (task.family === 'no_tool') return null
  const nothing = await episode(task, idle)
  return succeeded(nothing.outcome?.parts ?? []) ? 'doing nothing passes' : null
}
