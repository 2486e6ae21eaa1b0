import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import { atType, type DecodePrograms, drawTypes } from './decode-programs.ts'
import { blockFor, type DecodeShape } from './decode-shape.ts'
import { seedWords } from './uniform-tensor.ts'

/** Sequences that are decoded together, with their caches. */
export interface Decoding {
  /** Places of the caches that are taken: tokens of the longest sequence. */
  readonly length: number
  /**
   * Takes further tokens of each sequence, equally many; at the beginning prompts of any lengths, none empty.
   *
   * @returns what the programs end with after the last ones: logits f32 [B, V] or chosen ids i32 [B, 1]. It may be still
   *   on its way, and belongs to the caller
   */
  feed(rows: readonly (readonly number[])[]): Promise<DeviceBuffer>
  /** Takes the tokens that the last call chose, from device memory. */
  follow(ids: DeviceBuffer): Promise<DeviceBuffer>
  [Symbol.dispose](): void
}

export interface DecodingOptions extends Omit<DecodeShape, 'block' | 'vocabSize'> {
  /** Only ids below it are chosen; all without it. */
  readonly vocabSize?: number
  /** For programs that choose randomly. */
  readonly draw?: {
    /** One for each sequence. */
    readonly seeds: readonly number[]
    readonly temperature: number
    readonly topP: number
  }
}

/** Temperatures below it would be 0 in float32. */
const lowestTemperature = 1e-30

function uploadDraw(engine: Engine, { batch, ending, draw }: DecodingOptions): DeviceBuffer[] {
  const { seeds = [], temperature = 1, topP = 1 } = draw ?? {}
  const types = drawTypes({ batch, ending })
  if (types.length > 0 && seeds.length !== batch)
    throw new Error(`${seeds.length} seeds for ${batch} sequences`)
  const data = [
    seedWords(seeds),
    Float32Array.of(Math.max(temperature, lowestTemperature)),
    Float32Array.of(topP),
  ]
  return types.map((type, i) => engine.upload(type, data[i]!))
}

/**
 * Sequences without tokens.
 *
 * @param weights of `computeTypes`, not disposed here
 */
export function startDecoding(
  engine: Engine,
  programs: DecodePrograms,
  weights: readonly DeviceBuffer[],
  options: DecodingOptions,
): Decoding {
  const { config, plan } = programs
  const { batch, places, ending, vocabSize = config.vocabSize } = options
  const layers = config.numHiddenLayers
  const draw = uploadDraw(engine, options)
  let caches: readonly DeviceBuffer[] | undefined
  let offsets: DeviceBuffer | undefined
  /** Where the next token goes. */
  let at: DeviceBuffer | undefined
  let [length, drawn] = [0, 0]
  let disposed = false

  const dispose = (): void => {
    for (const buffer of [...(caches ?? []), ...draw, offsets, at]) buffer?.[Symbol.dispose]()
  }

  const run = async (ids: DeviceBuffer, start: DeviceBuffer): Promise<DeviceBuffer> => {
    const executable = await programs.get({ batch, block: ids.shape[1]!, places, ending, vocabSize })
    try {
      caches ??= await programs.caches({ batch, places })
      if (disposed) throw new Error('the sequences were disposed')
      const outputs = await executable.run([...caches, ...weights, ids, offsets!, start, ...draw])
      caches = outputs.slice(0, layers)
      at = outputs.at(-1)
      return outputs[layers]!
    } finally {
      if (disposed) dispose()
    }
  }

  const runBlock = async (rows: readonly (readonly number[])[], block: number): Promise<DeviceBuffer> => {
    const taken = rows[0]!.length
    const ids = new Int32Array(batch * block)
    for (const [b, row] of rows.entries()) ids.set(row, b * block)
    at?.[Symbol.dispose]()
    at = undefined
    const inputs = [
      engine.upload({ dtype: 'i32', shape: [batch, block] }, ids),
      engine.upload(atType, Int32Array.of(length, taken - 1, drawn)),
    ] as const
    try {
      const result = await run(...inputs)
      length += taken
      return result
    } finally {
      for (const buffer of inputs) buffer[Symbol.dispose]()
    }
  }

  return {
    get length() {
      return length
    },
    async feed(rows) {
      const count = Math.max(...rows.map((row) => row.length))
      const even = rows.length === batch && rows.every((row) => row.length === count)
      if (!even && (rows.length !== batch || length > 0 || rows.some((row) => row.length === 0)))
        throw new Error(
          `rows of ${rows.map((row) => row.length)} tokens for ${batch} sequences after ${length}`,
        )
      if (count === 0 || length + count > places)
        throw new Error(`${count} tokens after ${length} do not fit into ${places} places`)
      // Sequences end together: what stands before a shorter one is not seen.
      const before = rows.map((row) => count - row.length)
      offsets ??= engine.upload({ dtype: 'i32', shape: [batch] }, Int32Array.from(before))
      const full = rows.map((row, b) => [...new Array<number>(before[b]!).fill(0), ...row])
      let done = 0
      for (;;) {
        const block = blockFor(count - done, { batch, places }, config, plan)
        const result = await runBlock(
          full.map((row) => row.slice(done, done + block)),
          block,
        )
        done += block
        if (done >= count) {
          drawn++
          return result
        }
        result[Symbol.dispose]()
      }
    },
    async follow(ids) {
      if (at === undefined || length + 1 > places)
        throw new Error(`1 tokens after ${length} do not fit into ${places} places`)
      const start = at
      const result = await run(ids, start)
      start[Symbol.dispose]()
      length++
      drawn++
      return result
    },
    [Symbol.dispose]() {
      disposed = true
      dispose()
    },
  }
}
