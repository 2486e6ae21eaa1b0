import { z } from 'zod'
import type { ChatMessage, JsonSchema } from './messages.ts'

/** A question to a model that wants JSON of one form for an answer. */
export interface StructuredQuestion<Input, Output> {
  readonly system: string
  readonly user: (input: Input) => string
  readonly schema: z.ZodType<Output>
}

function writtenSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override({ jsonSchema }) {
      delete jsonSchema.propertyNames
      if (jsonSchema.oneOf === undefined) return
      jsonSchema.anyOf = jsonSchema.oneOf
      delete jsonSchema.oneOf
    },
  })
  return rest
}

const written = new WeakMap<z.ZodType, JsonSchema>()

/**
 * The form of a question's answer, as models and endpoints are told it: without the keywords that few of them enforce.
 * What it says too little, the question's schema still checks.
 */
export function answerSchema({ schema }: { readonly schema: z.ZodType }): JsonSchema {
  const known = written.get(schema) ?? writtenSchema(schema)
  written.set(schema, known)
  return known
}

const formOf = (question: { readonly schema: z.ZodType }): string =>
  `\n\nAnswer with one JSON value of this JSON Schema and nothing else:\n${JSON.stringify(answerSchema(question))}`

/** The messages that ask it: what a model sees that is asked, and one that learns to answer. */
export const questionMessages = <Input, Output>(
  question: StructuredQuestion<Input, Output>,
  input: Input,
): ChatMessage[] => [
  { role: 'system', content: question.system + formOf(question) },
  { role: 'user', content: question.user(input) },
]
