import { setTimeout as sleep } from 'node:timers/promises'
import { addCosts, noCost } from './cost.ts'
import { AttemptTimeout, PermanentFailure } from './failures.ts'
import type { AnyStage, JobCost, StageContext } from './stage.ts'

export type AttemptEnd = { readonly cost: JobCost } & (
  | { readonly text: string }
  | { readonly error: string; readonly permanent: boolean }
  | { readonly stopped: true }
)

/** Longest error that is kept, in characters. */
const longestError = 2000

/**
 * Runs a stage once on one input.
 *
 * A stage that does not heed its signal is left behind when its time is over or the signal aborts: what it gives later
 * is not looked at.
 */
export async function attempt(
  stage: AnyStage,
  input: unknown,
  number: number,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  let cost = noCost
  if (signal.aborted) return { cost, stopped: true }
  const own = new AbortController()
  const stop = (): void => own.abort(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  const ended = new AbortController()
  const context = {
    signal: own.signal,
    attempt: number,
    account: (more: Partial<JobCost>) => {
      cost = addCosts(cost, more)
    },
  }
  try {
    const racers: Promise<unknown>[] = [run(stage, input, context), aborted(own.signal)]
    if (stage.timeoutMs !== undefined) racers.push(timeout(stage.timeoutMs, own, ended.signal))
    const text = jsonOf(await Promise.race(racers))
    return { cost, text }
  } catch (error) {
    if (signal.aborted) return { cost, stopped: true }
    return { cost, error: messageOf(error), permanent: error instanceof PermanentFailure }
  } finally {
    ended.abort()
    signal.removeEventListener('abort', stop)
  }
}

/** Turns what a stage throws before its first wait into a rejection too. */
const run = async (stage: AnyStage, input: unknown, context: StageContext): Promise<unknown> =>
  stage.run(input, context)

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
  })

async function timeout(ms: number, attempt: AbortController, ended: AbortSignal): Promise<never> {
  await sleep(ms, undefined, { signal: ended })
  const error = new AttemptTimeout(`took longer than ${ms / 1000} s`)
  attempt.abort(error)
  throw error
}

function jsonOf(value: unknown): string {
  const text = JSON.stringify(value)
  if (text === undefined)
    throw new PermanentFailure(`the stage gave a ${typeof value}, which has no JSON form`)
  return text
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  // Postgres keeps no character 0 in a text.
  const message = text.toWellFormed().replaceAll('\0', '\ufffd')
  return message.length > longestError ? `${message.slice(0, longestError)}…` : message
}
