import { z } from 'zod'
import { UserError } from '../../../user-error.ts'
import type { CodeValue } from './function-spec.ts'

/** A call of a function of the workspace, and what it must give. */
export interface CodeCase {
  readonly name: string
  /** Path of the module. */
  readonly module: string
  readonly function: string
  readonly args: readonly CodeValue[]
  readonly expected: CodeValue
}

const value = z.json() as unknown as z.ZodType<CodeValue>
const schema = z.strictObject({
  version: z.literal(1),
  cases: z
    .array(
      z.strictObject({
        name: z.string(),
        module: z.string().min(1),
        function: z.string().min(1),
        args: z.array(value),
        expected: value,
      }),
    )
    .min(1),
})

/** Tests of a task as its file holds them: data, so that what is expected never comes near the code under test. */
export const writeCodeTests = (cases: readonly CodeCase[]): string => JSON.stringify({ version: 1, cases })

/** @throws UserError where the text is no list of tests */
export function readCodeTests(text: string, task: string): readonly CodeCase[] {
  try {
    return schema.parse(JSON.parse(text)).cases
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message
    throw new UserError(`The tests of task ${task} cannot be read: ${words}`, { cause: error })
  }
}

/** What a call came to; undefined is what JSON cannot say. */
export type CallOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string }

/** Equal as data: keys in any order, numbers apart by no more than rounding. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isSameValue(left[key], right[key]))
  )
}

export interface CaseResult {
  readonly name: string
  readonly passed: boolean
  /** What went wrong, in words that do not tell what was expected. */
  readonly problem?: string
}

const longestValue = 200

export function caseResult(one: CodeCase, outcome: CallOutcome | undefined): CaseResult {
  const { name } = one
  if (outcome === undefined) return { name, passed: false, problem: 'it was not reached' }
  if (!outcome.ok) return { name, passed: false, problem: outcome.error }
  if (isSameValue(outcome.value, one.expected)) return { name, passed: true }
  const given = JSON.stringify(outcome.value) ?? 'nothing'
  const short = given.length > longestValue ? `${given.slice(0, longestValue)}…` : given
  return { name, passed: false, problem: `wrong result: ${short}` }
}
