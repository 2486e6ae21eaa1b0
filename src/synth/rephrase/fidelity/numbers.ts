import { findDates } from './dates.ts'
import { differences, type FidelityRule, listed } from './rule.ts'
import { unitAfter } from './units.ts'

/** English words for numbers. `one` and `second` are left out: they mostly mean something else. */
const small =
  'zero - two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const wordValues = new Map([
  ...small.flatMap((word, value) => (word === '-' ? [] : [[word, value] as const])),
  ...tens.flatMap((ten, i) => [
    [ten, (i + 2) * 10] as const,
    ...['one', ...small.slice(2, 10)].map(
      (word, j) => [`${ten}-${word}`, (i + 2) * 10 + (word === 'one' ? 1 : j + 1)] as const,
    ),
  ]),
])
const scales: Readonly<Record<string, number>> = {
  hundred: 1e2,
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
}

const scale = Object.keys(scales).join('|')
const digits = String.raw`\d+(?:[.,'’\u00a0\u202f]\d+)*`
const words = [...wordValues.keys()].toSorted((a, b) => b.length - a.length).join('|')
const number = new RegExp(
  String.raw`(?<![\p{L}\d])(?:(?<digits>${digits})|(?<word>${words})(?![\p{L}-]))(?:[\s-](?<scale>${scale})s?\b)?`,
  'giu',
)
/** A number at the head of a line counts the items of a list. */
const listMark = /^[^\S\n]*(?:#+\s*)?\d{1,3}[.)](?=\s)/gmu

/**
 * What a number written with digits may mean. Groups of three after a single separator are thousands in one country and
 * decimals in another: both readings count.
 */
function readings(text: string): number[] {
  const plain = text.replaceAll(/['’\u00a0\u202f]/g, '')
  const marks = plain.match(/[.,]/g) ?? []
  if (marks.length === 0) return [Number(plain)]
  const last = marks.at(-1)!
  const isGrouped = /^\d{1,3}(?:[.,]\d{3})+$/.test(plain) && new Set(marks).size === 1
  const whole = Number(plain.replaceAll(/[.,]/g, ''))
  if (isGrouped && marks.length > 1) return [whole]
  const other = last === '.' ? ',' : '.'
  const decimal = Number(plain.replaceAll(other, '').replace(last, '.'))
  // `1.2.3` is a version or a section: as it stands.
  if (Number.isNaN(decimal)) return [whole]
  return isGrouped ? [decimal, whole] : [decimal]
}

interface Mention {
  /** What it may mean; the first is what it is called by. */
  readonly values: readonly string[]
  readonly unit: string | null
}

function mentions(text: string): Mention[] {
  const found: Mention[] = []
  const { years, rest } = findDates(text.replaceAll(listMark, ' '))
  for (const year of years) found.push({ values: [year], unit: null })
  for (const match of rest.matchAll(number)) {
    const { digits: written, word, scale: times } = match.groups as Record<string, string | undefined>
    const factor = times === undefined ? 1 : scales[times.toLowerCase()]!
    const bases = written === undefined ? [wordValues.get(word!.toLowerCase())!] : readings(written)
    found.push({
      values: bases.map((value) => String(Number((value * factor).toPrecision(15)))),
      unit: unitAfter(rest, match.index, match.index + match[0].length),
    })
  }
  return found
}

const isIn = (mention: Mention, others: readonly Mention[]): boolean =>
  others.some(({ values }) => values.some((value) => mention.values.includes(value)))

const missingFrom = (others: readonly Mention[], some: readonly Mention[]): Set<string> =>
  new Set(some.filter((mention) => !isIn(mention, others)).map(({ values }) => values[0]!))

/** Every number of the source is in the rewriting. Numbers in words count, and other ways to write the same number. */
export const numbersKept: FidelityRule = ({ source, rewritten }) =>
  listed('lost the numbers', missingFrom(mentions(rewritten), mentions(source)))

/** No number is in the rewriting that the source lacks. */
export const noNewNumbers: FidelityRule = ({ source, rewritten }) =>
  listed('added the numbers', missingFrom(mentions(source), mentions(rewritten)))

/** What is counted or measured by a number stays what it was: `5 km` does not become `5 miles`. */
export const unitsKept: FidelityRule = ({ source, rewritten }) => {
  const measured = (text: string) =>
    new Set(mentions(text).flatMap(({ values, unit }) => (unit === null ? [] : [`${values[0]} ${unit}`])))
  return differences('the measures', measured(source), measured(rewritten))
}

/** Days and months stay what they were, however they are written. */
export const datesKept: FidelityRule = ({ source, rewritten }) =>
  differences('the dates', findDates(source).parts, findDates(rewritten).parts)
