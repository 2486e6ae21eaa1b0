import { canonicalJson } from './canonical-json.ts'
import { addCosts, noCost } from './cost.ts'
import { inputBatches } from './input-batches.ts'
import type { JobParts } from './job-parts.ts'
import type { RunOptions, Stage, UnitResult } from './stage.ts'
import { digestOf, queueOf, unitKey } from './unit-key.ts'
import type { UnitEnd } from './waiters.ts'
import { createWake } from './wake.ts'
import type { Worker } from './worker.ts'

/** Most units in flight: queued, worked on, or done and waiting for an earlier one. */
const windowSize = 512
const batchSize = 128
/** Time between looks at what other processes have done, in milliseconds, beside work here and without. */
const lookEvery = { beside: 1000, without: 200 }
/** Looks between two checks that what is waited for is in the queue. */
const looksBetweenChecks = 20

interface Slot<I> {
  readonly key: string
  /** Digest and canonical JSON of the input. */
  readonly digest: string
  readonly text: string
  readonly input: I
  end?: { readonly output: string } | { readonly error: string; readonly attempts: number }
}

/** Lends a worker in this process for as long as a run needs it. */
export type Lend = (options: { concurrency?: number | undefined }) => {
  readonly worker: Worker
  readonly giveBack: () => Promise<void>
}

/** `Jobs.run`. */
export async function* runStage<I, O>(
  parts: JobParts,
  stage: Stage<I, O>,
  inputs: Iterable<I> | AsyncIterable<I>,
  { concurrency, signal, onProgress, local = true }: RunOptions,
  lend: Lend,
): AsyncGenerator<UnitResult<I, O>> {
  signal?.throwIfAborted()
  const queue = queueOf(stage)
  await parts.table.ensure(queue, stage.name, stage.version)
  await parts.queue.ensure(queue)

  const lent = local ? lend({ concurrency }) : undefined
  const slots: Slot<I>[] = []
  const waiting = new Map<string, Slot<I>[]>()
  const bell = createWake()
  const room = createWake()
  const tally = {
    done: 0,
    failed: 0,
    fromStore: 0,
    cost: noCost,
    total: Array.isArray(inputs) ? inputs.length : undefined,
  }
  let failure: { readonly error: unknown } | undefined
  let read = false
  let leaving = false

  const fail = (error: unknown): void => {
    failure ??= { error }
    bell.ring()
    room.ring()
  }
  const abort = (): void => fail(signal?.reason)

  const report = (): void => {
    const { total, ...counts } = tally
    onProgress?.({ ...counts, active: lent?.worker.active ?? 0, ...(total !== undefined && { total }) })
  }

  /** Brings a unit's end into its slots; where the output is lost, the unit is queued again. */
  const take = async (end: UnitEnd, fresh: boolean): Promise<void> => {
    const own = waiting.get(end.key)
    if (own === undefined) return
    const output = 'output' in end.end ? end.end.output : undefined
    const text = end.text ?? (output === undefined ? undefined : await parts.store.get(output))
    if (output !== undefined && text === undefined) {
      await parts.table.forget(end.key, output)
      await queueUnits([own[0]!])
      return
    }
    waiting.delete(end.key)
    parts.waiters.leave(end.key, listen)
    for (const slot of own)
      slot.end = text !== undefined ? { output: text } : { error: errorOf(end), attempts: end.attempts }
    if (fresh) tally.cost = addCosts(tally.cost, end.cost)
    if (text === undefined) tally.failed += own.length
    else tally.done += own.length
    if (!fresh && text !== undefined) tally.fromStore += own.length
    report()
    bell.ring()
  }
  const listen = (end: UnitEnd): void => void take(end, true).catch(fail)

  const queueUnits = async (units: readonly Slot<I>[]): Promise<void> => {
    await Promise.all(units.map(({ text }) => parts.store.put(text)))
    for (const { key } of units) parts.waiters.wait(key, listen)
    await parts.queue.add(
      queue,
      units.map(({ key, digest }) => ({ key, input: digest })),
    )
    lent?.worker.wake()
  }

  const enter = async (batch: readonly I[]): Promise<void> => {
    const fresh: Slot<I>[] = []
    for (const input of batch) {
      const text = canonicalJson(input)
      const digest = digestOf(text)
      const slot: Slot<I> = { key: unitKey(stage, digest), digest, text, input }
      slots.push(slot)
      const same = waiting.get(slot.key)
      if (same === undefined) {
        waiting.set(slot.key, [slot])
        fresh.push(slot)
      } else same.push(slot)
    }
    const ended = await parts.table.find(fresh.map(({ key }) => key))
    await Promise.all([...ended.values()].map((end) => take(end, false)))
    const unknown = fresh.filter(({ key }) => !ended.has(key))
    if (unknown.length > 0) await queueUnits(unknown)
  }

  const produce = async (): Promise<void> => {
    let count = 0
    for await (const batch of inputBatches(inputs, batchSize)) {
      while (slots.length > windowSize - batch.length && !leaving && !failure) await room.wait()
      if (leaving || failure) return
      count += batch.length
      await enter(batch)
    }
    read = true
    tally.total = count
    bell.ring()
  }

  const look = async (): Promise<void> => {
    for (let looks = 1; !leaving; looks++) {
      await looking.wait(lent === undefined ? lookEvery.without : lookEvery.beside)
      if (leaving || waiting.size === 0) continue
      const ended = await parts.table.find([...waiting.keys()])
      for (const end of ended.values()) parts.waiters.tell(end)
      if (looks % looksBetweenChecks !== 0) continue
      const units = [...waiting.values()].map(([slot]) => ({ key: slot!.key, input: slot!.digest }))
      if (units.length > 0) await parts.queue.add(queue, units)
    }
  }
  const looking = createWake()

  signal?.addEventListener('abort', abort, { once: true })
  void lent?.worker.failure.then(fail)
  const producing = produce().catch(fail)
  const watching = look().catch(fail)
  try {
    for (;;) {
      if (failure) throw failure.error
      const head = slots[0]
      if (head === undefined && read) break
      if (head?.end === undefined) {
        await bell.wait()
        continue
      }
      slots.shift()
      room.ring()
      yield resultOf<I, O>(head)
    }
    report()
  } finally {
    leaving = true
    for (const wake of [room, looking]) wake.ring()
    signal?.removeEventListener('abort', abort)
    for (const key of waiting.keys()) parts.waiters.leave(key, listen)
    await producing
    await watching
    await lent?.giveBack()
  }
}

const errorOf = ({ end }: UnitEnd): string => ('error' in end ? end.error : '')

function resultOf<I, O>({ key, input, end }: Slot<I>): UnitResult<I, O> {
  if (end === undefined) throw new Error(`unit ${key} has not ended`)
  return 'output' in end
    ? { key, input, ok: true, value: JSON.parse(end.output) as O }
    : { key, input, ok: false, ...end }
}
