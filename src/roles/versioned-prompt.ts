import { z } from 'zod'
import type { JsonSchema } from '../chat/messages.ts'
import { textDigest } from '../files/digest.ts'

/** A question to a model that wants an answer of one form. Whoever changes its words or its form raises the version. */
export interface VersionedPrompt<Input, Output> {
  readonly name: string
  readonly version: number
  readonly system: string
  readonly user: (input: Input) => string
  readonly schema: z.ZodType<Output>
  readonly temperature: number
  readonly maxTokens: number
  /** What is wrong with an answer of the right form, one sentence each. */
  readonly problems?: (output: Output, input: Input) => readonly string[]
}

type AnyPrompt = Pick<
  VersionedPrompt<never, unknown>,
  'name' | 'version' | 'system' | 'schema' | 'temperature' | 'maxTokens'
>

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
 * The form of a prompt's answer, as models and endpoints are told it: without the keywords that few of them enforce. What
 * it says too little, the prompt's schema still checks.
 */
export function answerSchema({ schema }: Pick<AnyPrompt, 'schema'>): JsonSchema {
  const known = written.get(schema) ?? writtenSchema(schema)
  written.set(schema, known)
  return known
}

/** Tells what a prompt asks, for the keys of results: `judge@2:0f3a...`. */
export function promptDigest(prompt: AnyPrompt): string {
  const { name, version, system, temperature, maxTokens } = prompt
  // The order of members counts: models write them in it.
  const parts = [name, version, system, answerSchema(prompt), temperature, maxTokens]
  return `${name}@${version}:${textDigest(JSON.stringify(parts)).slice(0, 16)}`
}
