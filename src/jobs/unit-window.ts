import { canonicalJson } from '../files/canonical-json.ts'
import { textDigest } from '../files/digest.ts'
import { noCost } from './cost.ts'
import type { JobParts } from './job-parts.ts'
import type { RunTally } from './run-tally.ts'
import type { AnyStage, UnitResult } from './stage.ts'
import { queueOf, unitKey } from './unit-key.ts'
import type { UnitEnd } from './waiters.ts'

/** An input of a run, from its reading until its result is given. */
interface Slot<I> {
  readonly key: string
  readonly input: I
  /** The input's canonical JSON, and its digest. */
  readonly text: string
  readonly digest: string
  end?: { readonly output: string } | { readonly error: string; readonly attempts: number }
}

/** The units of a run that are in flight, in the inputs' order. */
export interface UnitWindow<I, O> {
  readonly size: number
  /** Takes inputs in: what is done comes from the store, the rest is queued. */
  enter(inputs: readonly I[]): Promise<void>
  /** The result of the first unit, once it has ended; it leaves the window. */
  next(): UnitResult<I, O> | undefined
  /** Looks for what other processes have ended. */
  look(): Promise<void>
  /** Queues again what is waited for and not in the queue. */
  requeue(): Promise<void>
  leave(): void
}

export interface WindowOptions {
  readonly tally: RunTally
  /** Units that are dead when they first come in are tried anew. */
  readonly retryDead: boolean
  readonly queued: () => void
  readonly ended: () => void
  readonly failed: (error: unknown) => void
}

export function createUnitWindow<I, O>(
  parts: JobParts,
  stage: AnyStage,
  { tally, retryDead, queued, ended, failed }: WindowOptions,
): UnitWindow<I, O> {
  const queue = queueOf(stage)
  const slots: Slot<I>[] = []
  /** Units that have not ended, each with the inputs that are the same. */
  const waiting = new Map<string, Slot<I>[]>()
  /** Of these, those that are not queued yet: what the table says of them may be the death that is to be forgotten. */
  const entering = new Set<string>()
  /** Units that have died in this run: once is enough. */
  const died = new Set<string>()

  const listen = (end: UnitEnd): void => void take(end, true).catch(failed)

  const take = async (end: UnitEnd, fresh: boolean): Promise<void> => {
    const own = waiting.get(end.key)
    if (own === undefined) return
    const result = await resultIn(parts, end)
    if (result === undefined) return enqueue([own[0]!])
    // Two may have told the same end.
    if (!waiting.delete(end.key)) return
    parts.waiters.leave(end.key, listen)
    for (const slot of own) slot.end = result
    if ('error' in result) died.add(end.key)
    const how = 'error' in result ? 'failed' : fresh ? 'done' : 'fromStore'
    tally.ended(own.length, how, fresh ? end.cost : noCost)
    ended()
  }

  const enqueue = async (units: readonly Slot<I>[]): Promise<void> => {
    if (units.length === 0) return
    await Promise.all(units.map(({ text }) => parts.store.put(text)))
    for (const { key } of units) parts.waiters.wait(key, listen)
    await parts.queue.add(
      queue,
      units.map(({ key, digest }) => ({ key, input: digest })),
    )
    queued()
  }

  /** Those that are not in flight already. */
  const unseen = (batch: readonly Slot<I>[]): readonly Slot<I>[] =>
    batch.filter((slot) => {
      const same = waiting.get(slot.key)
      if (same === undefined) waiting.set(slot.key, [slot])
      else same.push(slot)
      return same === undefined
    })

  /** What is down of these units; a death that is to be tried anew is forgotten. */
  const endsOf = async (units: readonly Slot<I>[]): Promise<ReadonlyMap<string, UnitEnd>> => {
    const found = new Map(await parts.table.find(units.map(({ key }) => key)))
    if (!retryDead) return found
    const again = [...found.values()].filter(({ key, end }) => 'error' in end && !died.has(key))
    if (again.length > 0) await parts.table.forgetDead(again.map(({ key }) => key))
    for (const { key } of again) found.delete(key)
    return found
  }

  const queuedKeys = (): readonly string[] => [...waiting.keys()].filter((key) => !entering.has(key))

  return {
    get size() {
      return slots.length
    },
    async enter(inputs) {
      const batch = inputs.map((input) => slotOf(stage, input))
      slots.push(...batch)
      const fresh = unseen(batch)
      for (const { key } of fresh) entering.add(key)
      const found = await endsOf(fresh)
      await Promise.all([...found.values()].map((end) => take(end, false)))
      await enqueue(fresh.filter(({ key }) => !found.has(key)))
      for (const { key } of fresh) entering.delete(key)
    },
    next() {
      if (slots[0]?.end === undefined) return undefined
      return given(slots.shift()!)
    },
    async look() {
      const keys = queuedKeys()
      if (keys.length === 0) return
      for (const end of (await parts.table.find(keys)).values()) parts.waiters.tell(end)
    },
    requeue: () => enqueue(queuedKeys().map((key) => waiting.get(key)![0]!)),
    leave() {
      for (const key of waiting.keys()) parts.waiters.leave(key, listen)
      waiting.clear()
    },
  }
}

function slotOf<I>(stage: AnyStage, input: I): Slot<I> {
  const text = canonicalJson(input)
  const digest = textDigest(text)
  return { key: unitKey(stage, digest), input, text, digest }
}

/** What a unit has ended with; undefined where its output is lost, and then the unit has not ended any more. */
async function resultIn({ store, table }: JobParts, end: UnitEnd): Promise<Slot<unknown>['end']> {
  if ('error' in end.end) return { error: end.end.error, attempts: end.attempts }
  const { output } = end.end
  const text = end.text ?? (await store.get(output))
  if (text !== undefined) return { output: text }
  await table.forget(end.key, output)
  return undefined
}

function given<I, O>({ key, input, end }: Slot<I>): UnitResult<I, O> {
  if (end === undefined) throw new Error(`unit ${key} has not ended`)
  return 'output' in end
    ? { key, input, ok: true, value: JSON.parse(end.output) as O }
    : { key, input, ok: false, ...end }
}
