import type { JobProgress, Jobs, RunOptions, Stage, UnitResult } from '../../jobs/stage.ts'
import { type ScriptedRequest, type Step, says, saysJson } from '../../roles/scripted-endpoint.fixture.ts'
import type { FactDomain, FactSheet } from './facts/domain.ts'
import { drawSheets } from './facts/draw-sheets.ts'
import { people } from './facts/people.ts'
import { writeSheet } from './facts/write-sheet.ts'

export const domain: FactDomain = people
export const sheets = drawSheets(people, 24, 3)
export const textOf = (sheet: FactSheet): string => writeSheet(people, sheet, 0, 3)

const between = (text: string, mark: string): string | undefined =>
  new RegExp(`<${mark}>\\n([\\s\\S]*?)\\n</${mark}>`).exec(text)?.[1]

/** What a request is about. */
export function asked(request: ScriptedRequest): {
  readonly target: string | undefined
  readonly context: string | undefined
  readonly written: string | undefined
  readonly source: string | undefined
  readonly rewriting: string | undefined
} {
  const text = request.messages[1]!.content
  const part = (mark: string) => between(text, mark)
  return {
    target: part('target'),
    context: part('context'),
    written: part('written'),
    source: part('source'),
    rewriting: part('rewriting'),
  }
}

const about = (text: string): FactSheet[] => sheets.filter(({ subject }) => text.includes(subject))

/** Tells what it is asked to tell again, in other words and with the same facts. */
export const faithful = (text: string): string =>
  about(text)
    .map((sheet) => writeSheet(people, sheet, 1, 3))
    .join('\n\n')

/** What a judge that knows the facts finds: values of the source that the rewriting lacks, and the reverse. */
export function verdict(source: string, rewriting: string) {
  const values = (text: string) =>
    people.attributes.flatMap((attribute) =>
      attribute.values.filter((value) => text.toLowerCase().includes(value.toLowerCase())),
    )
  const [before, after] = [new Set(values(source)), new Set(values(rewriting))]
  return {
    missing: [...before.difference(after)],
    added: [...after.difference(before)],
    changed: [],
  }
}

/** A teacher that rewrites faithfully, or as `fault` says, and judges rightly. */
export const teacher =
  (fault: (text: string, source: string) => string | Step = (text) => text) =>
  (request: ScriptedRequest): Step => {
    const { target, source, rewriting } = asked(request)
    if (target === undefined) return saysJson(verdict(source!, rewriting!))
    const answer = fault(faithful(target), target)
    return typeof answer === 'string' ? says(answer) : answer
  }

/** Runs stages without a store or a queue, a few units at once. */
export const plainJobs: Pick<Jobs, 'run'> = {
  async *run<I, O>(
    stage: Stage<I, O>,
    inputs: Iterable<I> | AsyncIterable<I>,
    { signal, onProgress, concurrency = stage.concurrency ?? 4 }: RunOptions = {},
  ): AsyncGenerator<UnitResult<I, O>> {
    const cost = { promptTokens: 0, completionTokens: 0, requests: 0, usd: 0 }
    const progress = { done: 0, failed: 0, active: 0, fromStore: 0, cost } satisfies JobProgress
    const work = async (input: I): Promise<UnitResult<I, O>> => {
      const context = {
        signal: signal ?? new AbortController().signal,
        attempt: 1,
        account: (own: Partial<typeof cost>) => {
          cost.promptTokens += own.promptTokens ?? 0
          cost.completionTokens += own.completionTokens ?? 0
          cost.requests += own.requests ?? 0
          cost.usd += own.usd ?? 0
        },
      }
      try {
        const value = JSON.parse(JSON.stringify(await stage.run(input, context))) as O
        return { key: '', input, ok: true, value }
      } catch (error) {
        signal?.throwIfAborted()
        return { key: '', input, ok: false, error: (error as Error).message, attempts: 1 }
      }
    }
    const pending: Promise<UnitResult<I, O>>[] = []
    const finished = async (): Promise<UnitResult<I, O>> => {
      const result = await pending.shift()!
      progress.done++
      onProgress?.({ ...progress })
      return result
    }
    for await (const input of inputs) {
      pending.push(work(input))
      if (pending.length >= concurrency) yield await finished()
    }
    while (pending.length > 0) yield await finished()
  },
}
