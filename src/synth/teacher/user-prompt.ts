import { z } from 'zod'
import { blocks, materialNote } from '../../chat/material-blocks.ts'
import type { VersionedPrompt } from '../../roles/versioned-prompt.ts'
import type { UserProfile } from '../../world/task.ts'

export interface UserInput {
  readonly user: UserProfile
  /** What was said so far. */
  readonly conversation: string
}

export interface UserAnswer {
  readonly thought: string
  readonly done: boolean
  readonly message: string
}

const system = `You play a person who writes to an assistant. You are not the assistant, you do not help it, and you never say that you play.

- Write as the persona writes: its tone, its length, its carelessness. No lists, no markup.
- Open with what you want, not with all you know. Give further facts when the assistant asks for them or goes wrong without them.
- You know only what persona and goal say. Asked for anything else, say that you do not know it. Never make up a name, a number or a key.
- Lines that are given show how you say things and in which order: "first" opens, "asked" answers a question, "answered" is what you come up with after an answer. Use their facts; change their words where the conversation has gone another way.
- Decide as the goal says where the assistant offers a choice. Do not accept what goes against it.
- You are done when the assistant has told you that what you want is done or known, or has said clearly that it cannot be done, and none of your lines is left to say. Then done is true and message is empty. Do not thank or say goodbye in a message of its own.

${materialNote}`

/** Stage 3: a person with a hidden goal. */
export const userPrompt: VersionedPrompt<UserInput, UserAnswer> = {
  name: 'user',
  version: 1,
  system,
  user: ({ user: { persona, goal, moves }, conversation }) =>
    blocks({
      persona,
      goal,
      lines: moves.map(({ when, text }) => `${when}: ${text}`).join('\n'),
      conversation: conversation === '' ? 'Nothing was said yet: you open.' : conversation,
    }),
  schema: z.strictObject({
    thought: z.string().describe('what you still want, in one sentence'),
    done: z.boolean(),
    message: z.string(),
  }),
  temperature: 0.9,
  maxTokens: 1024,
  problems: ({ done, message }, { conversation }) => [
    ...(done && conversation === '' ? ['nothing was said yet, so you cannot be done'] : []),
    ...(!done && message.trim() === '' ? ['message is empty, and you are not done'] : []),
  ],
}
