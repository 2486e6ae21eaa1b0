/**
 * Values of a source in batches: as many as are there at once, up to `size`. What a slow source has given so far does
 * not wait for the rest.
 */
export async function* inputBatches<T>(
  source: Iterable<T> | AsyncIterable<T>,
  size: number,
): AsyncGenerator<readonly T[]> {
  if (Symbol.iterator in source) {
    yield* syncBatches(source, size)
    return
  }
  const iterator = source[Symbol.asyncIterator]()
  let ended = false
  try {
    let next = iterator.next()
    for (;;) {
      const batch: T[] = []
      let step: IteratorResult<T> | undefined = await next
      while (step !== undefined && !step.done) {
        batch.push(step.value)
        next = iterator.next()
        step = batch.length < size ? await Promise.race([next, soon()]) : undefined
      }
      if (batch.length > 0) yield batch
      if (step?.done) {
        ended = true
        return
      }
    }
  } finally {
    if (!ended) await iterator.return?.()
  }
}

function* syncBatches<T>(source: Iterable<T>, size: number): Generator<readonly T[]> {
  let batch: T[] = []
  for (const value of source) {
    batch.push(value)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

const soon = (): Promise<undefined> => new Promise((resolve) => setImmediate(() => resolve(undefined)))
