/** The numbers of random.ts as part of a program, for weights that are made where they will be used. */
import {
  add,
  and,
  compare,
  convert,
  cos,
  log,
  mul,
  or,
  select,
  shl,
  shr,
  sin,
  sqrt,
  xor,
} from './ops/elementwise.ts'
import { scalar } from './ops/leaf.ts'
import { broadcast } from './ops/shape.ts'
import type { Tensor } from './trace.ts'

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const

const rotated = (x: Tensor, by: number): Tensor => or(shl(x, by), shr(x, 32 - by))

/** Both words of each block: `threefry` of random.ts. @param key0, key1 u32[]  @param counter u32, any shape */
function words(key0: Tensor, key1: Tensor, counter: Tensor): readonly [Tensor, Tensor] {
  const keys = [key0, key1, xor(xor(key0, key1), scalar(0x1bd11bda, 'u32'))] as const
  let x = add(counter, keys[0])
  let y = broadcast(keys[1], counter.shape)
  for (let round = 0; round < 20; round++) {
    x = add(x, y)
    y = xor(rotated(y, rotations[round & 7]!), x)
    if ((round & 3) !== 3) continue
    const group = (round + 1) >> 2
    x = add(x, keys[group % 3]!)
    y = add(add(y, keys[(group + 1) % 3]!), group)
  }
  return [x, y]
}

/**
 * What `fillNormal` writes at the given places of its array, in f32.
 *
 * @param index_ u32 places, any shape  @param seed u32[]  @param stream u32[]
 */
export function normalsAt(index_: Tensor, seed: Tensor, stream: Tensor, deviation: number): Tensor {
  const pair = and(index_, scalar(0xfffffffe, 'u32'))
  const [first, second] = words(seed, stream, pair)
  const unit = (word: Tensor): Tensor => mul(convert(word, 'f32'), 2 ** -32)
  const radius = mul(sqrt(mul(log(add(unit(first), 2 ** -32)), -2)), deviation)
  const angle = mul(unit(second), 2 * Math.PI)
  const isFirst = compare(and(index_, scalar(1, 'u32')), scalar(0, 'u32'), 'eq')
  return mul(radius, select(isFirst, cos(angle), sin(angle)))
}
