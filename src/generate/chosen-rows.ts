import type { DeviceBuffer } from '../engine/engine.ts'
import { UserError } from '../user-error.ts'
import { damaged } from './chosen-ids.ts'
import type { Decoding } from './decoding.ts'

/** Steps that the device is given beyond the one whose tokens are read, so that it never waits for the host. */
const stepsAhead = 2

async function idsOf(buffer: DeviceBuffer): Promise<Int32Array> {
  const ids = Int32Array.from(await buffer.read())
  if (ids.includes(damaged))
    throw new UserError(
      "The model's logits are not all numbers: its weights are damaged, or its training diverged",
    )
  return ids
}

/**
 * Tokens that the programs choose, step by step, one for each sequence. Each step takes the last one's tokens where they
 * are; the host reads behind.
 *
 * @param decoding sequences without tokens, whose programs end with a choice  @param count steps, at least one
 * @throws UserError where logits are not numbers
 */
export async function* chosenRows(
  decoding: Decoding,
  prompts: readonly (readonly number[])[],
  count: number,
): AsyncGenerator<Int32Array, void> {
  let newest = await decoding.feed(prompts)
  /** Not yet read, oldest first. */
  const waiting = [newest]
  try {
    for (let given = 0; given < count; given++) {
      while (waiting.length <= stepsAhead && given + waiting.length < count)
        waiting.push((newest = await decoding.follow(newest)))
      const ids = await idsOf(waiting[0]!)
      waiting.shift()![Symbol.dispose]()
      yield ids
    }
  } finally {
    for (const buffer of waiting) buffer[Symbol.dispose]()
  }
}
