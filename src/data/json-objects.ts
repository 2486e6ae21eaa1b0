import { isUtf8 } from 'node:buffer'
import { readLines } from './read-lines.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** A line that is not blank: its object, or why it is none. */
export type ObjectLine = { readonly number: number } & (
  | { readonly value: JsonObject }
  | { readonly reason: string }
)

function parseObject(bytes: Buffer): { readonly value: JsonObject } | { readonly reason: string } {
  if (!isUtf8(bytes)) return { reason: 'not UTF-8 text' }
  let value: unknown
  try {
    value = JSON.parse(bytes.toString())
  } catch (error) {
    return { reason: `not valid JSON (${(error as Error).message})` }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { reason: 'not a JSON object' }
  return { value: value as JsonObject }
}

const isBlankByte = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d

/** The lines of a JSONL file of any size; blank ones are passed over. */
export async function* jsonObjects(path: string): AsyncGenerator<ObjectLine> {
  for await (const { number, bytes } of readLines(path))
    if (!bytes.every(isBlankByte)) yield { number, ...parseObject(bytes) }
}
