import { type Shape, sizeOf } from '../tensor/types.ts'

/** A box inside a row-major array: where it begins and how large it is. */
export interface Box {
  readonly start: Shape
  readonly shape: Shape
}

/** Elements that are contiguous in the whole array and in the box. */
export interface Run {
  readonly inWhole: number
  readonly inBox: number
  readonly length: number
}

/** The box cut into runs as long as possible, in the box's order. */
export function* runsOf(whole: Shape, { start, shape }: Box): Generator<Run> {
  const total = sizeOf(shape)
  if (total === 0) return
  // Dimensions from `split` on are whole, so that a run covers them and a range of the dimension before.
  let split = shape.length
  while (split > 0 && shape[split - 1] === whole[split - 1]) split--
  const first = Math.max(0, split - 1)
  const length = sizeOf(shape.slice(first))
  const strides = whole.map((_, d) => sizeOf(whole.slice(d + 1)))
  for (let inBox = 0; inBox < total; inBox += length) {
    let rest = inBox
    let inWhole = 0
    for (let d = shape.length - 1; d >= 0; d--) {
      inWhole += (start[d]! + (rest % shape[d]!)) * strides[d]!
      rest = Math.floor(rest / shape[d]!)
    }
    yield { inWhole, inBox, length }
  }
}
