import type { FactDomain, FactSheet } from '../../src/synth/rephrase/facts/domain.ts'
import { people } from '../../src/synth/rephrase/facts/people.ts'
import { writeSheet } from '../../src/synth/rephrase/facts/write-sheet.ts'

export interface Question {
  /** Whom it is about. */
  readonly subject: string
  readonly prompt: string
  /** With the space before it. */
  readonly answer: string
}

/** A part of the table of people: fewer words are learned from fewer tokens. */
export const narrowed = (attributes: number, sentences: number, perspectives: number): FactDomain => ({
  perspectives: people.perspectives.slice(0, perspectives),
  attributes: people.attributes
    .slice(0, attributes)
    .map((attribute) => ({ ...attribute, sentences: attribute.sentences.slice(0, sentences) })),
})

/** Every question of these wordings about these people. */
export const questionsAbout = (
  domain: FactDomain,
  sheets: readonly FactSheet[],
  wordings: 'taughtQuestions' | 'newQuestions',
): Question[] =>
  sheets.flatMap(({ subject, values }) =>
    domain.attributes.flatMap((attribute, i) =>
      attribute[wordings].map((words) => ({
        subject,
        prompt: words.replace('{name}', subject),
        answer: ` ${values[i]}`,
      })),
    ),
  )

/** The texts of all these people in each of these versions; version 0 is the text as it was written once. */
export const textsOf = (
  domain: FactDomain,
  sheets: readonly FactSheet[],
  versions: readonly number[],
  seed: number,
): string[] => versions.flatMap((version) => sheets.map((sheet) => writeSheet(domain, sheet, version, seed)))
