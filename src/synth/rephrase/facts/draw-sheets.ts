import { hashWords } from '../../../data/hash.ts'
import { permuted } from '../../../data/order.ts'
import { UserError } from '../../../user-error.ts'
import type { FactDomain, FactSheet } from './domain.ts'

const starts = 'B Br D Dr F G Gr H K Kl L M N P Pr R S St T Tr V W Z'.split(' ')
const vowels = 'a e i o u au ei'.split(' ')
const middles = 'l n r s t d m nd rt ll v k'.split(' ')
const ends = 'en er o a is ow us ik an eck'.split(' ')
const firstNames =
  'Ada Anton Bea Boris Cora Dario Edda Emil Fanny Felix Greta Gustav Hanna Hugo Ida Igor Jana Jonas Klara Kurt Lena Leo Maja Milo Nora Otto Paula Rolf Stella Viktor'.split(
    ' ',
  )

const surnameCount = starts.length * vowels.length * middles.length * ends.length

function surname(index: number): string {
  let rest = index
  const take = (parts: readonly string[]): string => {
    const part = parts[rest % parts.length]!
    rest = Math.floor(rest / parts.length)
    return part
  }
  return take(starts) + take(vowels) + take(middles) + take(ends)
}

/**
 * People of a seed, no two with the same surname; each attribute has any of its values. A longer list begins with the
 * shorter one.
 *
 * @throws UserError for more people than there are names
 */
export function drawSheets(domain: FactDomain, count: number, seed: number): FactSheet[] {
  if (count > surnameCount)
    throw new UserError(`${count} people: there are ${surnameCount} surnames; ask for fewer`)
  return Array.from({ length: count }, (_, i) => {
    const first = hashWords(seed, 0x6e616d65, i) % firstNames.length
    return {
      subject: `${firstNames[first]} ${surname(permuted(i, surnameCount, seed))}`,
      // Every other name of the list is a woman's.
      pronoun: pronounOf(firstNames[first]!),
      values: domain.attributes.map(
        ({ values }, attribute) => values[hashWords(seed, 0x76616c, i, attribute) % values.length]!,
      ),
    }
  })
}

const womens = new Set('Ada Bea Cora Edda Fanny Greta Hanna Ida Jana Klara Lena Maja Nora Paula Stella'.split(' '))

const pronounOf = (first: string): string => (womens.has(first) ? 'she' : 'he')
