import { parse } from 'yaml'
import { UserError } from '../user-error.ts'

/** One value given on the command line. */
export interface ConfigOverride {
  /** Keys from the outside in; an index into a list is written as its number. */
  readonly path: readonly string[]
  readonly value: unknown
  /** What the user typed, for messages; empty for what a recipe brings. */
  readonly source: string
}

const number = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const words: Readonly<Record<string, unknown>> = { true: true, false: false, null: null }

/** Numbers, true, false and null are themselves; lists and objects are JSON or YAML flow; the rest is text. */
function parsedValue(text: string, source: string): unknown {
  const trimmed = text.trim()
  if (Object.hasOwn(words, trimmed)) return words[trimmed]
  if (number.test(trimmed)) return Number(trimmed.replaceAll('_', ''))
  if (!/^["[{]/.test(trimmed)) return text
  try {
    return parse(trimmed)
  } catch (error) {
    throw new UserError(`${source}: ${(error as Error).message.split('\n')[0]}`)
  }
}

/**
 * Reads `optimizer.learningRate=2e-3`, the argument of `--set` or of another option of its kind.
 *
 * @throws UserError when it is not of the form key=value, or a list or object in it does not end.
 */
export function parseOverride(text: string, option = '--set'): ConfigOverride {
  const source = `${option} ${text}`
  const at = text.indexOf('=')
  const path = text.slice(0, Math.max(at, 0)).trim().split('.')
  if (at < 0 || path.includes('')) {
    throw new UserError(`${source}: write key=value, such as ${option} optimizer.learningRate=2e-3`)
  }
  return { path, value: parsedValue(text.slice(at + 1), source), source }
}
