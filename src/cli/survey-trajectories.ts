import { comparedText } from '../synth/judge/filter.ts'
import { evaluationTexts } from '../synth/pipeline/evaluation-texts.ts'
import { createContaminationIndex, type NamedText } from '../trajectory/contamination.ts'
import { createNearDuplicateIndex } from '../trajectory/near-duplicates.ts'
import { readTrajectories } from '../trajectory/read-trajectories.ts'
import { createTrajectoryCounter, type TrajectorySummary } from '../trajectory/trajectory-counter.ts'

export interface SurveyOptions {
  /** Looks for trajectories that are at least so similar to an earlier one. */
  readonly nearDuplicates?: number
  /** Looks for stretches of these evaluation sets. */
  readonly evaluation?: readonly string[]
}

/** What is listed one by one, at most. */
const mostListed = 50

/** Trajectories of which something is to be said: how many, and the first of them. */
export interface Findings<T> {
  readonly count: number
  readonly first: readonly T[]
}

export interface TrajectorySurvey {
  readonly summary: TrajectorySummary
  readonly nearDuplicates?: Findings<{ readonly id: string; readonly of: string }> & {
    readonly threshold: number
  }
  readonly contamination?: Findings<{
    readonly id: string
    readonly evaluation: string
    readonly words: number
  }> & {
    readonly sets: readonly string[]
    /** Evaluation texts of too few words to be looked for. */
    readonly tooShort: number
  }
}

function createFindings<T>() {
  const first: T[] = []
  let count = 0
  return {
    add(found: T): void {
      if (count++ < mostListed) first.push(found)
    },
    findings: (): Findings<T> => ({ count, first }),
  }
}

function createDuplicateSearch(threshold: number) {
  const index = createNearDuplicateIndex({ threshold })
  const ids: string[] = []
  const found = createFindings<{ id: string; of: string }>()
  return {
    add(id: string, text: string): void {
      const own = ids.push(id) - 1
      const like = index.add(text)
      if (like !== own) found.add({ id, of: ids[like]! })
    },
    result: () => ({ threshold, ...found.findings() }),
  }
}

async function createContaminationSearch(sets: readonly string[]) {
  const texts: NamedText[] = []
  for (const path of sets) for await (const text of evaluationTexts(path)) texts.push(text)
  const index = createContaminationIndex(texts)
  const found = createFindings<{ id: string; evaluation: string; words: number }>()
  return {
    add(id: string, text: string): void {
      const [longest] = index.overlaps(text).toSorted((a, b) => b.words - a.words)
      if (longest !== undefined) found.add({ id, evaluation: longest.evaluationId, words: longest.words })
    },
    result: () => ({ sets, tooShort: index.tooShort.length, ...found.findings() }),
  }
}

/** What a file of trajectories is, in numbers, and on demand what is in it twice and what evaluation sets have too. */
export async function surveyTrajectories(
  file: string,
  { nearDuplicates: threshold, evaluation = [] }: SurveyOptions = {},
): Promise<TrajectorySurvey> {
  const counter = createTrajectoryCounter()
  const duplicates = threshold === undefined ? undefined : createDuplicateSearch(threshold)
  const contamination = evaluation.length === 0 ? undefined : await createContaminationSearch(evaluation)
  for await (const trajectory of readTrajectories(file, { mayEndTorn: true })) {
    counter.add(trajectory)
    if (duplicates === undefined && contamination === undefined) continue
    const text = comparedText(trajectory)
    duplicates?.add(trajectory.id, text)
    contamination?.add(trajectory.id, text)
  }
  return {
    summary: counter.summary(),
    ...(duplicates && { nearDuplicates: duplicates.result() }),
    ...(contamination && { contamination: contamination.result() }),
  }
}
