import { languageNamed, languageOf } from './languages.ts'
import { type FidelityRule, listed } from './rule.ts'

const spaced = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
/** Quotation marks, and what belongs to the sentence around rather than to the quotation. */
const plain = (text: string): string =>
  spaced(text.replaceAll(/[“”„«»"]/g, '').replaceAll(/[‘’]/g, "'")).replace(/[.,;:!?]+$/, '')

const quotation = /“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|"([^"\n]+)"/gu
/** Shorter ones mark a word or a title rather than what somebody said. */
const fewestWords = 3

/** What the source quotes is quoted word by word. */
export const quotesKept: FidelityRule = ({ source, rewritten }) => {
  const there = plain(rewritten).toLowerCase()
  const quoted = [...source.matchAll(quotation)].map((match) => plain(match.slice(1).find(Boolean)!))
  const lost = quoted.filter(
    (text) => text.split(' ').length >= fewestWords && !there.includes(text.toLowerCase()),
  )
  return listed(
    'lost the quotations',
    lost.map((text) => `"${text.length > 40 ? `${text.slice(0, 37)}...` : text}"`),
  )
}

/** Words that deny, with the language's; null where the language is not known. */
function denials(text: string): number | null {
  const row = languageNamed(languageOf(text) ?? '')
  if (row === undefined) return null
  const denying = new Set(row.denying.split(' '))
  const words = text
    .toLowerCase()
    .replaceAll('’', "'")
    .replaceAll(/\bnot only\b/g, ' ')
    .replaceAll(/n't\b/g, " n't")
  return words.split(/[^\p{L}']+/u).filter((word) => denying.has(word)).length
}

/** Where the source denies something the rewriting does too, about as often, and not where it does not. */
export const negationsKept: FidelityRule = ({ source, rewritten }) => {
  const [before, after] = [denials(source), denials(rewritten)]
  if (before === null || after === null || before === after) return []
  const isNear = Math.abs(before - after) <= 2 || Math.max(before, after) <= 2 * Math.min(before, after)
  return isNear && before > 0 && after > 0
    ? []
    : [
        `the source denies ${before === 1 ? 'once' : `${before} times`}, the rewriting ${after === 1 ? 'once' : `${after} times`}`,
      ]
}

const formula = /\$\$([^$]+)\$\$|\$([^$\n]+)\$|\\\(([\s\S]+?)\\\)|\\\[([\s\S]+?)\\\]/gu
const bareFormula = (text: string): string => text.replaceAll(/\s+|\\[,;!: ]|[.,;]\s*$/g, '')

/** Every formula between TeX's marks is in the rewriting, spaces aside. */
export const formulasKept: FidelityRule = ({ source, rewritten }) => {
  const there = bareFormula(rewritten)
  const all = [...source.matchAll(formula)].map((match) => spaced(match.slice(1).find(Boolean)!))
  return listed(
    'lost the formulas',
    new Set(all.filter((text) => !there.includes(bareFormula(text))).map((text) => `$${text}$`)),
  )
}

/** Words that follow each other in both texts. */
const runLength = 8
/** Of the source's runs of words, the share that may be in the rewriting as they are. */
const mostCopied = 0.6

/** A text told again is another text. */
export const notCopied: FidelityRule = ({ source, rewritten }) => {
  const runs = (text: string): Set<string> => {
    const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
    return new Set(words.slice(runLength - 1).map((_, i) => words.slice(i, i + runLength).join(' ')))
  }
  const before = runs(source)
  if (before.size === 0) return spaced(source) === spaced(rewritten) ? ['the text is the same'] : []
  const share = before.intersection(runs(rewritten)).size / before.size
  return share > mostCopied ? [`${Math.round(share * 100)}% of the wording is the source's`] : []
}
