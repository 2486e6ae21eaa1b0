/** Units by what they are called in the messages, with the ways to write them after a number. */
const units: Readonly<Record<string, readonly string[]>> = {
  '%': ['%', '％', 'percent', 'per cent', 'percentage points?'],
  km: ['km', 'kilomet(?:er|re)s?'],
  m: ['m', 'met(?:er|re)s?'],
  cm: ['cm', 'centimet(?:er|re)s?'],
  mm: ['mm', 'millimet(?:er|re)s?'],
  miles: ['mi', 'miles?'],
  feet: ['ft', 'feet', 'foot'],
  inches: ['in\\.', 'inch(?:es)?'],
  kg: ['kg', 'kilograms?', 'kilos?'],
  g: ['g', 'grams?'],
  mg: ['mg', 'milligrams?'],
  t: ['t', 'tonnes?', 'tons?'],
  pounds: ['lbs?', 'pounds?'],
  l: ['l', 'L', 'lit(?:er|re)s?'],
  ml: ['ml', 'mL', 'millilit(?:er|re)s?'],
  '°C': ['°\\s?C', 'degrees Celsius'],
  '°F': ['°\\s?F', 'degrees Fahrenheit'],
  K: ['K', 'kelvins?'],
  s: ['s', 'secs?', 'seconds?'],
  min: ['min', 'minutes?'],
  h: ['h', 'hrs?', 'hours?'],
  days: ['days?'],
  weeks: ['weeks?'],
  months: ['months?'],
  years: ['years?', 'yrs?'],
  Hz: ['Hz', 'hertz'],
  W: ['W', 'watts?'],
  V: ['V', 'volts?'],
  J: ['J', 'joules?'],
  dollars: ['dollars?', 'USD'],
  euros: ['€', 'euros?', 'EUR'],
}

const signs: Readonly<Record<string, string>> = { $: 'dollars', '€': 'euros' }

const names = Object.keys(units)
const after = names.map(
  (name) => new RegExp(`^[\\s\\u00a0-]{0,2}(?:${units[name]!.join('|')})(?![\\p{L}\\d])`, 'u'),
)

/** The unit of a number that stands at `start … end` of a text, or null where none is known there. */
export function unitAfter(text: string, start: number, end: number): string | null {
  const sign = signs[text[start - 1] ?? '']
  if (sign !== undefined) return sign
  const rest = text.slice(end, end + 24)
  const at = after.findIndex((pattern) => pattern.test(rest))
  return at < 0 ? null : names[at]!
}
