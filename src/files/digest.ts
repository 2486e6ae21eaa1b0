import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'

/** SHA-256 of a text's UTF-8 bytes, in hexadecimal. */
export const textDigest = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * SHA-256 of a value's canonical JSON, in hexadecimal: what a task, a trajectory or an input of a stage is known by,
 * whatever the order of its keys.
 *
 * @throws TypeError for what is no JSON
 */
export const digestOf = (value: unknown): string => textDigest(canonicalJson(value))
