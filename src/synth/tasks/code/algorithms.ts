import type { Draws } from '../../../draws.ts'
import type { CodeValue, FunctionFamily } from './function-spec.ts'
import { numberAlgorithms } from './number-algorithms.ts'
import { textAlgorithms } from './text-algorithms.ts'

/** A text in a source, and what a mistake makes of it. */
export type Mistake = readonly [from: string, to: string]

export interface Algorithm {
  readonly name: readonly string[]
  readonly parameters: readonly string[]
  readonly given: string
  readonly rules: readonly string[]
  readonly javascript: string
  readonly python: string
  readonly mistakes: readonly { readonly javascript: Mistake; readonly python: Mistake }[]
  /** Inputs that every task has, among them those that show the mistakes. */
  readonly edges: readonly (readonly CodeValue[])[]
  readonly input: (draw: Draws) => readonly CodeValue[]
  /** Computed another way than the sources do. */
  // biome-ignore lint/suspicious/noExplicitAny: each algorithm knows its own arguments
  readonly answer: (...args: any[]) => CodeValue
}

const drawnCases = 5

function applied(source: string, [from, to]: Mistake): string {
  if (!source.includes(from)) throw new Error(`a mistake replaces "${from}", which is not in the source`)
  return source.replace(from, () => to)
}

const familyOf =
  (make: (draw: Draws) => Algorithm): FunctionFamily =>
  (draw) => {
    const algorithm = make(draw)
    const { javascript, python, edges, input, answer } = algorithm
    const mistake = draw.pick(algorithm.mistakes)
    const inputs = [...edges, ...Array.from({ length: drawnCases }, () => input(draw))]
    return {
      name: algorithm.name,
      parameters: algorithm.parameters,
      given: algorithm.given,
      rules: algorithm.rules,
      body: { javascript, python },
      wrong: {
        javascript: applied(javascript, mistake.javascript),
        python: applied(python, mistake.python),
      },
      cases: inputs.map((args) => ({ args, expected: answer(...args) })),
    }
  }

export const algorithmFamilies: readonly FunctionFamily[] = [...numberAlgorithms, ...textAlgorithms].map(
  familyOf,
)
