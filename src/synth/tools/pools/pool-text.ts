import type { Draws } from '../../../draws.ts'
import type { Pool } from './pool.ts'
import { wordLists } from './words.ts'

const digits = '0123456789'
const letters = 'ABCDEFGHJKLMNPRSTUVWXYZ'

const optionsOf = (inner: string): readonly string[] =>
  inner.includes('|') ? inner.split('|') : wordLists[inner as keyof typeof wordLists]

const marks = (text: string, draw: Draws): string =>
  text.replaceAll(/[#%]/g, (mark) => draw.pick([...(mark === '#' ? digits : letters)]))

/** A text of a pool, drawn. */
export function poolText(pool: Pool, draw: Draws): string {
  const filled = draw
    .pick(pool.templates)
    .split(/(\{[^}]+\})/)
    .map((part) => marks(part.startsWith('{') ? draw.pick(optionsOf(part.slice(1, -1))) : part, draw))
    .join('')
  return pool.plain === true ? filled.toLowerCase().replaceAll(' ', '-') : filled
}
