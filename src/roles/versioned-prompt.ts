import { answerSchema, type StructuredQuestion } from '../chat/structured-question.ts'
import { textDigest } from '../files/digest.ts'

/** A question to a model that wants an answer of one form. Whoever changes its words or its form raises the version. */
export interface VersionedPrompt<Input, Output> extends StructuredQuestion<Input, Output> {
  readonly name: string
  readonly version: number
  readonly temperature: number
  readonly maxTokens: number
  /** What is wrong with an answer of the right form, one sentence each. */
  readonly problems?: (output: Output, input: Input) => readonly string[]
}

type AnyPrompt = Pick<
  VersionedPrompt<never, unknown>,
  'name' | 'version' | 'system' | 'schema' | 'temperature' | 'maxTokens'
>

/** Tells what a prompt asks, for the keys of results: `judge@2:0f3a...`. */
export function promptDigest(prompt: AnyPrompt): string {
  const { name, version, system, temperature, maxTokens } = prompt
  // The order of members counts: models write them in it.
  const parts = [name, version, system, answerSchema(prompt), temperature, maxTokens]
  return `${name}@${version}:${textDigest(JSON.stringify(parts)).slice(0, 16)}`
}
