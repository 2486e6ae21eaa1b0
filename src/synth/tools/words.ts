/** English around the names of things: `dental_appointment`. */

export const spoken = (name: string): string => name.replaceAll('_', ' ')

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const irregular: Readonly<Record<string, string>> = { person: 'people', match: 'matches', staff: 'staff' }

/** Plural of the last word of a name. */
export function pluralOf(name: string): string {
  const [, before, last] = /^(.*_)?([^_]+)$/.exec(name)!
  const start = before ?? ''
  if (irregular[last!] !== undefined) return start + irregular[last!]
  if (/[^aeiou]y$/.test(last!)) return `${start}${last!.slice(0, -1)}ies`
  return `${start}${last}${/(s|x|z|ch|sh)$/.test(last!) ? 'es' : 's'}`
}

/** `an invoice`; a `u` that is spoken as in `university` has `a`. */
export const withArticle = (noun: string): string =>
  `${/^(?!uni|use|eu|one)[aeiou]|^x-/i.test(noun) ? 'an' : 'a'} ${noun}`

/** `dispatches a shipment` from `dispatch a shipment`. */
export function thirdPerson(phrase: string): string {
  const [, verb, rest] = /^(\S+)(.*)$/s.exec(phrase)!
  const inflected = /[^aeiou]y$/.test(verb!)
    ? `${verb!.slice(0, -1)}ies`
    : /(s|x|z|ch|sh|[^o]o)$/.test(verb!)
      ? `${verb}es`
      : `${verb}s`
  return `${inflected}${rest}`
}

/** `a, b or c`. */
export const either = (items: readonly string[], word = 'or'): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`
