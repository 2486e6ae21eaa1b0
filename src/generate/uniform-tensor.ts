/** The random numbers of tensor/random.ts, made where the logits are: Threefry-2x32 with 20 rounds (Salmon et al. 2011). */
import { add, convert, mul, or, shl, shr, xor } from '../tensor/ops/elementwise.ts'
import { broadcast, reshape, slice } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const

/** Low and high words of seeds, [B][2], as `uniformTensor` takes them. */
export const seedWords = (seeds: readonly number[]): Uint32Array =>
  Uint32Array.from(seeds.flatMap((seed) => [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]))

/** First words of the blocks that count 0 … of each key. */
function threefryTensor(keys_B2: Tensor, counter_B: Tensor): Tensor {
  const key = (i: number) => reshape(slice(keys_B2, 1, i, i + 1), [-1])
  const [key0, key1] = [key(0), key(1)]
  const keys = [key0, key1, xor(xor(key0, key1), 0x1bd11bda)]
  let x = add(counter_B, keys[0]!)
  let y = keys[1]!
  for (let round = 0; round < 20; round++) {
    const r = rotations[round & 7]!
    x = add(x, y)
    y = xor(or(shl(y, r), shr(y, 32 - r)), x)
    if ((round & 3) !== 3) continue
    const group = (round + 1) >> 2
    x = add(x, keys[group % 3]!)
    y = add(add(y, keys[(group + 1) % 3]!), group)
  }
  return x
}

/**
 * `uniform(seed, counter)` of each seed, cut off after 24 bits, f32 [B].
 *
 * @param seeds_B2 u32, see {@link seedWords}  @param counter i32, []
 */
export function uniformTensor(seeds_B2: Tensor, counter: Tensor): Tensor {
  const counter_B = broadcast(convert(counter, 'u32'), [seeds_B2.shape[0]!])
  return mul(convert(shr(threefryTensor(seeds_B2, counter_B), 8), 'f32'), 2 ** -24)
}
