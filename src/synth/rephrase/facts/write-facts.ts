import { join } from 'node:path'
import { writeBytesAtomic } from '../../../files/atomic-file.ts'
import type { FactDomain, FactSheet } from './domain.ts'
import { writeSheet } from './write-sheet.ts'

/** Names of the files of a fact corpus in its directory. */
export const factFiles = (directory: string) => ({
  /** Every sheet as it was written once. */
  facts: join(directory, 'facts.jsonl'),
  /** Every sheet in other versions. */
  rephrased: join(directory, 'rephrased.jsonl'),
  /** Questions with their answers, to teach with and to test with. */
  questions: join(directory, 'questions.jsonl'),
  config: join(directory, 'data.yaml'),
})

const jsonl = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('')

/** Texts written. */
export interface FactTexts {
  readonly facts: readonly string[]
  readonly rephrased: readonly string[]
}

/** Writes sheets once, in `perSource` other versions, and the questions about them; gives the texts. */
export async function writeFacts(
  domain: FactDomain,
  sheets: readonly FactSheet[],
  {
    directory,
    perSource,
    seed,
  }: { readonly directory: string; readonly perSource: number; readonly seed: number },
): Promise<FactTexts> {
  const files = factFiles(directory)
  const written = (sheet: FactSheet, version: number) => ({
    source: sheet.subject,
    version,
    text: writeSheet(domain, sheet, version, seed),
  })
  const facts = sheets.map((sheet) => written(sheet, 0))
  const rephrased = sheets.flatMap((sheet) =>
    Array.from({ length: perSource }, (_, version) => written(sheet, version + 1)),
  )
  const questions = sheets.flatMap((sheet) =>
    domain.attributes.flatMap((attribute, i) =>
      (['taughtQuestions', 'newQuestions'] as const).flatMap((wording) =>
        attribute[wording].map((words) => ({
          source: sheet.subject,
          attribute: attribute.name,
          wording: wording === 'newQuestions' ? 'new' : 'taught',
          question: words.replaceAll('{name}', sheet.subject),
          answer: sheet.values[i]!,
        })),
      ),
    ),
  )
  await writeBytesAtomic(files.facts, jsonl(facts))
  await writeBytesAtomic(files.rephrased, jsonl(rephrased))
  await writeBytesAtomic(files.questions, jsonl(questions))
  return { facts: facts.map(({ text }) => text), rephrased: rephrased.map(({ text }) => text) }
}
