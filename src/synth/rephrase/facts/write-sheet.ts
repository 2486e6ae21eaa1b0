import { permuted } from '../../../data/order.ts'
import { derivedSeed } from '../../../draws.ts'
import type { FactDomain, FactSheet } from './domain.ts'

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const filled = (pattern: string, values: Readonly<Record<string, string>>): string =>
  pattern.replace(/\{(\w+)\}/g, (_, key: string) => values[key]!)

/** A pronoun stands for the subject only where the sentence begins with it; elsewhere the name is said. */
const subjectOf = (sentence: string, { subject, pronoun }: FactSheet, named: boolean): string =>
  named || !sentence.startsWith('{subject}') ? subject : pronoun

/**
 * Everything that a sheet says, as prose. Perspective, order and sentences are those of the version (from 0), drawn by
 * the seed and the subject's name; an attribute has the same sentence in two versions only when all were used.
 */
export function writeSheet(domain: FactDomain, sheet: FactSheet, version: number, seed: number): string {
  const own = derivedSeed(seed, 'sheet', sheet.subject)
  const { attributes, perspectives } = domain
  const of = <T>(ways: readonly T[], purpose: string): T => {
    const round = derivedSeed(own, purpose, Math.floor(version / ways.length))
    return ways[permuted(version % ways.length, ways.length, round)]!
  }
  const { opening, between, closing, repeatsName } = of(perspectives, 'perspective')
  const sentences = attributes.map((_, place) => {
    const at = permuted(place, attributes.length, derivedSeed(own, 'order', version))
    const sentence = of(attributes[at]!.sentences, attributes[at]!.name)
    const named = repeatsName || (place === 0 && opening === '')
    return capital(filled(sentence, { subject: subjectOf(sentence, sheet, named), value: sheet.values[at]! }))
  })
  const name = { name: sheet.subject }
  return `${filled(opening, name)}${sentences.join(between)}${filled(closing, name)}`
}
