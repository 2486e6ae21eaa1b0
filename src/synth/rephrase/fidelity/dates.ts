/** Names of months, January first, as far as they tell a date; the first letters of a name are its short form. */
const monthNames: readonly (readonly string[])[] = [
  ['january', 'januar', 'janvier', 'enero', 'gennaio', 'janeiro', 'jan'],
  ['february', 'februar', 'février', 'febrero', 'febbraio', 'fevereiro', 'feb'],
  ['march', 'märz', 'mars', 'marzo', 'março', 'mar'],
  ['april', 'avril', 'abril', 'aprile', 'apr'],
  ['may', 'mai', 'mayo', 'maggio', 'maio'],
  ['june', 'juni', 'juin', 'junio', 'giugno', 'junho', 'jun'],
  ['july', 'juli', 'juillet', 'julio', 'luglio', 'julho', 'jul'],
  ['august', 'août', 'agosto', 'aug'],
  ['september', 'septembre', 'septiembre', 'settembre', 'setembro', 'sept', 'sep'],
  ['october', 'oktober', 'octobre', 'octubre', 'ottobre', 'outubro', 'oct', 'okt'],
  ['november', 'novembre', 'noviembre', 'novembro', 'nov'],
  ['december', 'dezember', 'décembre', 'diciembre', 'dicembre', 'dezembro', 'dec', 'dez'],
]

/** English words that are months with a capital only. */
const verbs: ReadonlySet<string> = new Set(['may', 'march'])

const monthOf = new Map(monthNames.flatMap((names, i) => names.map((name) => [name, i + 1] as const)))
const month = `(?<month>${[...monthOf.keys()].toSorted((a, b) => b.length - a.length).join('|')})\\b\\.?`
const day = '(?<day>[12]\\d|3[01]|0?[1-9])'
const year = '(?<year>\\d{4})'

/** Forms of a day or a month of a year, the fuller ones first. */
const forms = [
  new RegExp(`(?<![\\d-])${year}-(?<number>0[1-9]|1[0-2])-${day}(?![\\d-])`, 'giu'),
  new RegExp(`${year}\\s*年\\s*(?<number>1[0-2]|0?[1-9])\\s*月(?:\\s*${day}\\s*日)?`, 'giu'),
  new RegExp(
    `(?<!\\d)${day}(?:st|nd|rd|th|er|\\.|º)?\\s+(?:of\\s+|de\\s+|of the\\s+)?${month}(?:,?\\s+(?:de\\s+)?${year}(?!\\d))?`,
    'giu',
  ),
  new RegExp(
    `\\b${month}\\s+(?:the\\s+)?${day}(?:st|nd|rd|th)?(?!\\d)(?:,?\\s+(?:of\\s+)?${year}(?!\\d))?`,
    'giu',
  ),
  new RegExp(`\\b${month},?\\s+(?:of\\s+|de\\s+)?${year}(?!\\d)`, 'giu'),
]

/** Dates of a text: what is known of each, and the text without them. */
export interface FoundDates {
  /** `day 12.3`, `month 3`, as far as a date says it. */
  readonly parts: ReadonlySet<string>
  /** Years of dates, which are numbers like any other. */
  readonly years: readonly string[]
  readonly rest: string
}

/** Finds dates with the name of a month, as `1994-03-12`, and as `1994年3月12日`. */
export function findDates(text: string): FoundDates {
  const parts = new Set<string>()
  const years: string[] = []
  let rest = text
  for (const form of forms) {
    rest = rest.replace(form, (...match) => {
      const found = match.at(-1) as Readonly<Record<string, string | undefined>>
      if (verbs.has(found.month ?? '')) return match[0] as string
      const of = found.number ?? monthOf.get(found.month!.toLowerCase())
      parts.add(`month ${Number(of)}`)
      if (found.day !== undefined) parts.add(`day ${Number(found.day)}.${Number(of)}`)
      if (found.year !== undefined) years.push(found.year)
      return ' '
    })
  }
  return { parts, years, rest }
}
