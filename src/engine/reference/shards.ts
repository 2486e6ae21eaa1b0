import {
  coordinates,
  deviceCount,
  type Mesh,
  type Placement,
  shardShape,
  shardStart,
} from '../../tensor/mesh.ts'
import { isFloat, type Type } from '../../tensor/types.ts'
import { at, eachIndex, fill, type NdArray, newArray, offset } from './array.ts'

/** One device's part of a whole array. */
export function shardOf(whole: NdArray, placement: Placement, device: number): NdArray {
  const start = shardStart(whole.shape, placement, device)
  const type = { dtype: whole.dtype, shape: shardShape(whole.shape, placement) }
  return fill(type, (index) =>
    at(
      whole,
      index.map((i, d) => start[d]! + i),
    ),
  )
}

/** Copies may differ by the rounding of another order of the same sums, relative to the largest finite element. */
const copyTolerance = 1e-9

function firstDifference(a: NdArray, b: NdArray): number {
  const finite = Array.from(a.data).filter(Number.isFinite).map(Math.abs)
  const allowed = isFloat(a.dtype) ? copyTolerance * finite.reduce((x, y) => Math.max(x, y), 0) : 0
  return Array.from(a.data).findIndex((x, i) => {
    const y = b.data[i]!
    return !Object.is(x, y) && !(Math.abs(x - y) <= allowed)
  })
}

function axesBetween(mesh: Mesh, a: number, b: number): readonly string[] {
  const [from, to] = [coordinates(mesh, a), coordinates(mesh, b)]
  return mesh.axes.filter((_, i) => from[i] !== to[i]).map(({ name }) => name)
}

function wantCopies(shards: readonly NdArray[], { mesh }: Placement, first: number, device: number): void {
  const i = firstDifference(shards[first]!, shards[device]!)
  if (i < 0) return
  const values = [first, device].map((d) => shards[d]!.data[i]!)
  const axes = axesBetween(mesh, first, device).join(', ')
  throw new Error(
    `devices ${first} and ${device} hold copies that differ, ${values.join(' and ')} at element ${i} of the shard: ` +
      `a reduction over ${axes} is missing, or the sharding should name it`,
  )
}

/**
 * The whole array of type `type` of which `shards` are the devices' parts.
 *
 * @throws Error when devices that hold the same part differ by more than rounding
 */
export function wholeOf(type: Type, shards: readonly NdArray[], placement: Placement): NdArray {
  const result = newArray(type)
  const holders = new Map<number, number>()
  for (let device = 0; device < deviceCount(placement.mesh); device++) {
    const start = shardStart(type.shape, placement, device)
    const key = offset(type.shape, start)
    const first = holders.get(key)
    if (first !== undefined) {
      wantCopies(shards, placement, first, device)
      continue
    }
    holders.set(key, device)
    const { shape, data } = shards[device]!
    eachIndex(shape, (index, i) => {
      const place = index.map((j, d) => start[d]! + j)
      result.data[offset(type.shape, place)] = data[i]!
    })
  }
  return result
}

/** Whether every device has the same part of a tensor of that shape under both. */
export function samePlacement({ shape }: Type, a: Placement, b: Placement): boolean {
  const count = deviceCount(a.mesh)
  if (count !== deviceCount(b.mesh)) return false
  const parts = ({ mesh, sharding }: Placement): string =>
    JSON.stringify([
      shardShape(shape, { mesh, sharding }),
      Array.from({ length: count }, (_, device) => shardStart(shape, { mesh, sharding }, device)),
    ])
  return parts(a) === parts(b)
}
