import { languageNamed, languageOf } from './languages.ts'
import { type FidelityRule, listed } from './rule.ts'

const word = /[\p{L}\p{N}][\p{L}\p{M}\p{N}'’.&-]*/gu
const sentenceEnd =
  /[.!?…:;。！？]["'”’)\]*_]*\s+$|\n\s*(?:[-*#>•–—]|\d+[.)])*\s*["'“‘(*_[]*$|^\s*["'“‘(*_[]*$|["“‘(]$/u
const possessive = /['’]s?$|\.$/u

const bare = (text: string): string => text.replace(possessive, '')
const folded = (text: string): string => bare(text).toLowerCase()

interface Word {
  readonly text: string
  readonly isCapital: boolean
  readonly opens: boolean
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(word)].map((match) => {
    const found = bare(match[0])
    const before = text.slice(Math.max(0, match.index - 12), match.index)
    return {
      text: found,
      // Not `I`, and not a single letter that names a variable.
      isCapital: /^\p{Lu}/u.test(found) && found.length > 1 && !/^I['’]/u.test(found),
      opens: sentenceEnd.test(match.index <= 12 ? text.slice(0, match.index) : before),
    }
  })
}

/**
 * Words that are parts of names: with a capital inside a sentence, unless the text has them without one too. The first
 * word of a sentence tells nothing; whole capitals count everywhere.
 */
export function nameWords(text: string): Set<string> {
  const found = new Set<string>()
  const words = wordsOf(text)
  const lower = new Set(words.filter(({ isCapital }) => !isCapital).map(({ text: its }) => its.toLowerCase()))
  for (const { text: its, isCapital, opens } of words) {
    const isShort = /^\p{Lu}[\p{Lu}\p{N}.&-]+$/u.test(its)
    if (isCapital && (isShort || !opens) && !lower.has(its.toLowerCase())) found.add(its)
  }
  return found
}

/** Every word, as it is looked for: names may begin a sentence or stand in a compound. */
const vocabulary = (text: string): Set<string> =>
  new Set([...text.matchAll(word)].flatMap(([found]) => [folded(found), ...folded(found).split('-')]))

/** Whether capitals tell names in a text. */
function tellsNames(text: string): boolean {
  const language = languageOf(text)
  return language === null || languageNamed(language)?.capitalNouns !== true
}

const missing = (from: string, others: string): string[] => {
  const known = vocabulary(others)
  return [...nameWords(from)].filter(
    (name) => !known.has(folded(name)) && !name.split('-').every((part) => known.has(folded(part))),
  )
}

/** Every name of the source is in the rewriting, where the language tells names by capitals. */
export const namesKept: FidelityRule = ({ source, rewritten }) =>
  tellsNames(source) ? listed('lost the names', missing(source, rewritten)) : []

/** No name is in the rewriting that the source lacks. */
export const noNewNames: FidelityRule = ({ source, rewritten }) =>
  tellsNames(rewritten) ? listed('added the names', missing(rewritten, source)) : []
