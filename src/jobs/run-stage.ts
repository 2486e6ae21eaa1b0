import { inputBatches } from './input-batches.ts'
import type { JobParts } from './job-parts.ts'
import { createRunTally } from './run-tally.ts'
import type { RunOptions, Stage, UnitResult } from './stage.ts'
import { queueOf } from './unit-key.ts'
import { createUnitWindow } from './unit-window.ts'
import { createWake } from './wake.ts'
import type { Worker } from './worker.ts'

/** Most units in flight: queued, worked on, or done and waiting for an earlier one. */
const windowSize = 512
const batchSize = 128
/** Time between looks at what other processes have done, in milliseconds: while this one works too, and without. */
const lookEvery = { working: 1000, watching: 200 }
/** Looks between two checks that what is waited for is queued. */
const looksPerCheck = 20

/** Lends a worker in this process for as long as a run needs it. */
export type Lend = (concurrency: number | undefined) => {
  readonly worker: Worker
  readonly giveBack: () => Promise<void>
}

/** `Jobs.run`. */
export async function* runStage<I, O>(
  parts: JobParts,
  stage: Stage<I, O>,
  inputs: Iterable<I> | AsyncIterable<I>,
  { concurrency, signal, onProgress, local = true, retryDead = false }: RunOptions,
  lend: Lend,
): AsyncGenerator<UnitResult<I, O>> {
  signal?.throwIfAborted()
  const queue = queueOf(stage)
  await parts.table.ensure(queue, stage.name, stage.version)
  await parts.queue.ensure(queue)

  const [ended, room, pause] = [createWake(), createWake(), createWake()]
  let failure: { readonly error: unknown } | undefined
  let allRead = false
  let leaving = false
  /** The last inputs on their way into the window. */
  let entering = Promise.resolve()
  const failed = (error: unknown): void => {
    failure ??= { error }
    ended.ring()
    room.ring()
  }
  const abort = (): void => failed(signal?.reason)
  const lent = local ? lend(concurrency) : undefined
  const total = Array.isArray(inputs) ? inputs.length : undefined
  const tally = createRunTally(total, () => lent?.worker.active ?? 0, onProgress)
  const window = createUnitWindow<I, O>(parts, stage, {
    ...{ tally, failed, retryDead, ended: ended.ring },
    queued: () => lent?.worker.wake(),
  })

  const read = async (): Promise<void> => {
    let count = 0
    for await (const batch of inputBatches(inputs, batchSize)) {
      while (window.size + batch.length > windowSize && !leaving && !failure) await room.wait()
      if (leaving || failure) return
      count += batch.length
      entering = window.enter(batch)
      await entering
    }
    tally.total(count)
    allRead = true
    ended.ring()
  }
  const look = async (): Promise<void> => {
    for (let looks = 1; ; looks++) {
      await pause.wait(lent === undefined ? lookEvery.watching : lookEvery.working)
      if (leaving) return
      await window.look()
      if (looks % looksPerCheck === 0) await window.requeue()
    }
  }

  signal?.addEventListener('abort', abort, { once: true })
  void lent?.worker.failure.then(failed)
  void read().catch(failed)
  const looking = look().catch(failed)
  try {
    for (;;) {
      if (failure) throw failure.error
      const result = window.next()
      if (result !== undefined) {
        room.ring()
        yield result
      } else if (allRead && window.size === 0) break
      else await ended.wait()
    }
    tally.report()
  } finally {
    leaving = true
    room.ring()
    pause.ring()
    signal?.removeEventListener('abort', abort)
    window.leave()
    // Not for the next input: a source may be waiting for something that no longer comes.
    await Promise.allSettled([entering, looking])
    await lent?.giveBack()
  }
}
