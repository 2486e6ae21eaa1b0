import type { Draws } from '../../../draws.ts'

export type CodeValue =
  | string
  | number
  | boolean
  | null
  | readonly CodeValue[]
  | { readonly [key: string]: CodeValue }

export interface FunctionCase {
  readonly args: readonly CodeValue[]
  readonly expected: CodeValue
}

/** Source by language. */
export interface Sources {
  readonly javascript: string
  readonly python: string
}

/** A function that a task asks for: what it does in words, written down in each language, and what it gives. */
export interface FunctionSpec {
  /** Words of its name: `['scaled', 'totals']`. */
  readonly name: readonly string[]
  readonly parameters: readonly string[]
  /** What it is given. */
  readonly given: string
  /** Rules in order, each a sentence without its full stop. */
  readonly rules: readonly string[]
  /** Lines of its body, without indentation of their own. */
  readonly body: Sources
  /** The same with a mistake in it. */
  readonly wrong: Sources
  /** Computed apart from the sources. */
  readonly cases: readonly FunctionCase[]
}

/** Makes functions of a kind. */
export type FunctionFamily = (draw: Draws) => FunctionSpec
