import type { ChatMessage } from '../../chat/messages.ts'

/** Whoever changes the words raises it. */
export const rewriteVersion = 1

export interface ChunkTask {
  /** What is to be done with the chunk. */
  readonly task: string
  /** All chunks of the excerpt. */
  readonly chunks: readonly string[]
  /** Which of them is to be rewritten. */
  readonly at: number
  /** The rewritings of those before it. */
  readonly written: readonly string[]
}

const system =
  'You rewrite texts for a library. You get an excerpt, what has been rewritten of it so far, and the passage that ' +
  'comes next. You rewrite that passage only. Your rewriting goes on where the one before it ends: it repeats nothing ' +
  'that is there already and says nothing of the passages that follow. You answer with the rewriting alone: no ' +
  'heading of your own, no remark about the task, before or after it.'

const part = (mark: string, text: string): string => `<${mark}>\n${text.trim()}\n</${mark}>`

/**
 * What a model is asked for one chunk: the whole excerpt as context, what it has written of it, the chunk. A short text
 * that is one chunk needs no context.
 */
export function rewriteMessages({ task, chunks, at, written }: ChunkTask): readonly ChatMessage[] {
  const parts = [
    ...(chunks.length > 1 ? [part('context', chunks.join(''))] : []),
    ...(written.length > 0 ? [part('written', written.join('\n\n'))] : []),
    part('target', chunks[at]!),
    `${task} Rewrite only what is between the marks of the target.`,
  ]
  return [
    { role: 'system', content: system },
    { role: 'user', content: parts.join('\n\n') },
  ]
}
