import { toF32 } from '../checkpoint/convert-tensor.ts'
import type { TensorSource } from '../checkpoint/tensor-source.ts'
import { hfTensors, type ParameterSpec } from '../nn/parameters.ts'
import { sizeOf } from '../tensor/types.ts'

export interface Difference {
  /** Largest |ours − theirs|; NaN where either has one. */
  readonly absolute: number
  /** The same over the largest |theirs|; 0 where both are all zero. */
  readonly relative: number
  /** Σ (ours − theirs)² and Σ theirs². */
  readonly squares: { readonly apart: number; readonly theirs: number }
}

/** The length of all differences over that of theirs: how far apart they are as a whole. */
export const overall = (found: readonly Difference[]): number => {
  const total = (pick: (squares: Difference['squares']) => number): number =>
    found.reduce((sum, { squares }) => sum + pick(squares), 0)
  return Math.sqrt(total(({ apart }) => apart) / total(({ theirs }) => theirs))
}

/** The larger one; NaN is larger than any number, so that it cannot hide. */
const worse = (a: number, b: number): number => (Number.isNaN(a) || a >= b ? a : b)

/** How far two arrays of one length are apart. */
export function difference(ours: ArrayLike<number>, theirs: ArrayLike<number>): Difference {
  if (ours.length !== theirs.length)
    throw new Error(`${ours.length} elements are compared with ${theirs.length}`)
  let absolute = 0
  let largest = 0
  const squares = { apart: 0, theirs: 0 }
  for (let i = 0; i < ours.length; i++) {
    absolute = worse(absolute, Math.abs(ours[i]! - theirs[i]!))
    largest = worse(largest, Math.abs(theirs[i]!))
    squares.apart += (ours[i]! - theirs[i]!) ** 2
    squares.theirs += theirs[i]! ** 2
  }
  return { absolute, relative: absolute === 0 ? 0 : absolute / largest, squares }
}

export interface NamedDifference extends Difference {
  readonly name: string
}

/** Differences of one parameter, a stack of experts expert by expert, from a checkpoint in the released layout. */
export async function parameterDifferences(
  spec: ParameterSpec,
  ours: ArrayLike<number> & { subarray(start: number, end: number): ArrayLike<number> },
  theirs: TensorSource,
): Promise<NamedDifference[]> {
  const found: NamedDifference[] = []
  let start = 0
  for (const { name, shape } of hfTensors(spec)) {
    const reference = toF32(await theirs.read(name)).data
    found.push({ name, ...difference(ours.subarray(start, (start += sizeOf(shape))), reference) })
  }
  return found
}

/** The element of which `by` is worst. */
export const worst = <T>(list: readonly T[], by: (element: T) => number): T | undefined =>
  list.reduce<T | undefined>(
    (best, next) => (best === undefined || !Object.is(worse(by(best), by(next)), by(best)) ? next : best),
    undefined,
  )
