import type { Draws } from '../../draws.ts'

/** Around text that must come through as it is: keys, names, numbers. */
const guard = '\u0001'

/** Text that no style or slip of the pen changes. */
export const exact = (text: string): string => `${guard}${text}${guard}`

/** A text without the marks of `exact`. */
export const plain = (text: string): string => text.replaceAll(guard, '')

/** Changes the parts of a text that are not `exact`. */
export const outsideExact = (text: string, change: (part: string) => string): string =>
  text
    .split(guard)
    .map((part, i) => (i % 2 === 0 ? change(part) : `${guard}${part}${guard}`))
    .join('')

/** One of the alternatives of the innermost brackets, until none are left. */
function chooseAlternatives(pattern: string, draw: Draws): string {
  let text = pattern
  for (;;) {
    const end = text.indexOf(']')
    if (end < 0) return text
    const start = text.lastIndexOf('[', end)
    const chosen = draw.pick(text.slice(start + 1, end).split('|'))
    text = text.slice(0, start) + chosen + text.slice(end + 1)
  }
}

/**
 * A text of a pattern: `[a|b|]` is one of its alternatives, which may hold others, and `{slot}` what `slots` has.
 *
 * @throws Error where a slot is not given
 */
export function phrase(pattern: string, draw: Draws, slots: Readonly<Record<string, string>> = {}): string {
  return chooseAlternatives(pattern, draw).replace(/\{([a-zA-Z]+)\}/g, (_, name: string) => {
    const text = slots[name]
    if (text === undefined) throw new Error(`the pattern "${pattern}" has no ${name}`)
    return text
  })
}

/** The first letter large, marks of `exact` left alone. */
export const capitalized = (text: string): string =>
  text.replace(/^(\s*)([a-z])/, (_, space: string, letter: string) => space + letter.toUpperCase())

/** `a`, `a and b`, `a, b and c`. */
export const listed = (parts: readonly string[], last = 'and'): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${last} ${parts.at(-1)}`
