import { basename } from 'node:path'
import { z } from 'zod'
import { readJsonLines } from '../../files/json-lines.ts'
import type { NamedText } from '../../trajectory/contamination.ts'
import { UserError } from '../../user-error.ts'

const message = z.looseObject({ role: z.string(), content: z.union([z.string(), z.null()]).optional() })
const id = z.union([z.string(), z.number()]).optional()

/** Forms in which evaluation sets come, and the text of each: what people say, or a field that has it. */
const forms: readonly ((
  value: unknown,
) => { readonly id?: string | number; readonly text: string } | undefined)[] = [
  formOf(
    z.looseObject({ id, user: z.looseObject({ moves: z.array(z.looseObject({ text: z.string() })) }) }),
    (task) => task.user.moves.map(({ text }) => text),
  ),
  formOf(z.looseObject({ id, nodes: z.array(z.looseObject({ message })) }), ({ nodes }) =>
    spoken(nodes.map((node) => node.message)),
  ),
  formOf(z.looseObject({ id, messages: z.array(message) }), ({ messages }) => spoken(messages)),
  ...(['text', 'question', 'prompt', 'instruction'] as const).map((field) =>
    formOf(z.looseObject({ id, [field]: z.string() }), (value) => [String(value[field])]),
  ),
]

function formOf<T extends { readonly id?: string | number | undefined }>(
  schema: z.ZodType<T>,
  texts: (value: T) => readonly string[],
) {
  return (input: unknown) => {
    const { data } = schema.safeParse(input)
    return data && { ...(data.id !== undefined && { id: data.id }), text: texts(data).join('\n') }
  }
}

function spoken(messages: readonly z.infer<typeof message>[]): readonly string[] {
  return messages.flatMap(({ role, content }) =>
    (role === 'user' || role === 'assistant') && content ? [content] : [],
  )
}

/**
 * The texts of an evaluation set, a line each: tasks, trajectories, chats (`messages`), or a text (`text`, `question`,
 * `prompt`, `instruction`).
 *
 * @throws UserError naming file and line of what is none of them
 */
export async function* evaluationTexts(path: string): AsyncGenerator<NamedText> {
  for await (const { line, value } of readJsonLines(path)) {
    const found = forms.map((form) => form(value)).find((one) => one !== undefined)
    if (found === undefined)
      throw new UserError(
        `${path}:${line}: expected a task, a trajectory, "messages" of a chat, or "text", "question", "prompt" or "instruction"`,
      )
    yield { id: `${basename(path)}: ${found.id ?? `line ${line}`}`, text: found.text }
  }
}
