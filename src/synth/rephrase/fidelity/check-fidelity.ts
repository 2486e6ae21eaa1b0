import { lengthBetween, noRefusal, noTalk } from './form.ts'
import { inLanguage, sameLanguage } from './language-rule.ts'
import { namesKept, noNewNames } from './names.ts'
import { datesKept, noNewNumbers, numbersKept, unitsKept } from './numbers.ts'
import type { FidelityRule, Passage } from './rule.ts'
import { formulasKept, negationsKept, notCopied, quotesKept } from './wording.ts'

/** Rules by the name under which rejections are counted, in the order in which they are asked. */
export type FidelityRules = Readonly<Record<string, FidelityRule>>

/** Whoever changes a rule raises it: what was accepted by others is made anew. */
export const fidelityVersion = 1

/** Of knowledge: the same facts in the same language, in other words. */
export const knowledgeRules: FidelityRules = {
  refusal: noRefusal,
  talk: noTalk,
  length: lengthBetween(0.5, 2.5),
  language: sameLanguage,
  'numbers lost': numbersKept,
  'numbers added': noNewNumbers,
  dates: datesKept,
  units: unitsKept,
  'names lost': namesKept,
  'names added': noNewNames,
  quotations: quotesKept,
  formulas: formulasKept,
  negations: negationsKept,
  copied: notCopied,
}

/** Of mathematics: what is given stays; steps between, with their numbers and names of theorems, may come. */
export const mathematicsRules: FidelityRules = {
  refusal: noRefusal,
  talk: noTalk,
  length: lengthBetween(0.2, 4),
  language: sameLanguage,
  'numbers lost': numbersKept,
  formulas: formulasKept,
}

/** Of a translation into a language. Names change their form between languages: the judge looks at them. */
export const translationRules = (language: string): FidelityRules => ({
  refusal: noRefusal,
  talk: noTalk,
  length: lengthBetween(0.4, 2.5),
  language: inLanguage(language),
  'numbers lost': numbersKept,
  'numbers added': noNewNumbers,
  dates: datesKept,
  formulas: formulasKept,
})

/** The first rule that a rewriting breaks. */
export interface BrokenRule {
  readonly rule: string
  readonly problems: readonly string[]
}

/** Holds a rewriting against all rules; null where it keeps them. */
export function checkFidelity(rules: FidelityRules, passage: Passage): BrokenRule | null {
  for (const [rule, holds] of Object.entries(rules)) {
    const problems = holds(passage)
    if (problems.length > 0) return { rule, problems }
  }
  return null
}
