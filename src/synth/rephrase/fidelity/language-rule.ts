import { languageOf } from './languages.ts'
import type { FidelityRule } from './rule.ts'

/** The rewriting is in the source's language, as far as both can be told. */
export const sameLanguage: FidelityRule = ({ source, rewritten }) => {
  const [expected, found] = [languageOf(source), languageOf(rewritten)]
  return expected === null || found === null || expected === found
    ? []
    : [`the language is "${found}", the source's is "${expected}"`]
}

/** The rewriting is in this language, as far as its can be told. */
export const inLanguage =
  (expected: string): FidelityRule =>
  ({ rewritten }) => {
    const found = languageOf(rewritten)
    return found === null || found === expected ? [] : [`the language is "${found}", not "${expected}"`]
  }
