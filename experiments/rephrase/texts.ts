import type { FactDomain, FactSheet } from '../../src/synth/rephrase/facts/domain.ts'
import { drawSheets } from '../../src/synth/rephrase/facts/draw-sheets.ts'
import { people } from '../../src/synth/rephrase/facts/people.ts'
import { writeSheet } from '../../src/synth/rephrase/facts/write-sheet.ts'

export interface Question {
  readonly attribute: string
  /** Up to and with `Answer:`. */
  readonly prompt: string
  /** With the space before it. */
  readonly answer: string
}

/** What the arms share: who is written about, who is asked about, and how. */
export interface Facts {
  readonly sheets: readonly FactSheet[]
  /** Examples of questions and answers, about the first half of the people. */
  readonly taught: readonly Question[]
  /** About the second half, in words of the taught questions. */
  readonly unseenPeople: readonly Question[]
  /** About the second half, in words that no text has. */
  readonly unseenWords: readonly Question[]
}

const asked =
  (wordings: 'taughtQuestions' | 'newQuestions', domain: FactDomain) =>
  (sheet: FactSheet): Question[] =>
    domain.attributes.flatMap((attribute, i) =>
      attribute[wordings].map((words) => ({
        attribute: attribute.name,
        prompt: `Question: ${words.replace('{name}', sheet.subject)}\nAnswer:`,
        answer: ` ${sheet.values[i]}`,
      })),
    )

export function drawFacts(count: number, seed: number): Facts {
  const sheets = drawSheets(people, count, seed)
  const half = Math.floor(count / 2)
  const others = sheets.slice(half)
  return {
    sheets,
    taught: sheets.slice(0, half).flatMap(asked('taughtQuestions', people)),
    unseenPeople: others.flatMap(asked('taughtQuestions', people)),
    unseenWords: others.flatMap(asked('newQuestions', people)),
  }
}

/** The texts of everybody in these versions; version 0 is the text as it was written once. */
export const textsOf = ({ sheets }: Facts, versions: readonly number[], seed: number): string[] =>
  versions.flatMap((version) => sheets.map((sheet) => writeSheet(people, sheet, version, seed)))
