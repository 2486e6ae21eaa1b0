import { permuted } from '../../../data/order.ts'
import { draws } from '../../../draws.ts'
import { UserError } from '../../../user-error.ts'
import type { FactDomain, FactSheet } from './domain.ts'

const starts = 'B Br D Dr F G Gr H K Kl L M N P Pr R S St T Tr V W Z'.split(' ')
const vowels = 'a e i o u au ei'.split(' ')
const middles = 'l n r s t d m nd rt ll v k'.split(' ')
const ends = 'en er o a is ow us ik an eck'.split(' ')
const named = (pronoun: string, names: string) => names.split(' ').map((name) => [name, pronoun] as const)
const firstNames = [
  ...named('she', 'Ada Bea Cora Edda Fanny Greta Hanna Ida Jana Klara Lena Maja Nora Paula Stella'),
  ...named('he', 'Anton Boris Dario Emil Felix Gustav Hugo Igor Jonas Kurt Leo Milo Otto Rolf Viktor'),
]

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
    const { pick } = draws(seed, 'sheet', i)
    const [first, pronoun] = pick(firstNames)
    return {
      subject: `${first} ${surname(permuted(i, surnameCount, seed))}`,
      pronoun,
      values: domain.attributes.map(({ values }) => pick(values)),
    }
  })
}
