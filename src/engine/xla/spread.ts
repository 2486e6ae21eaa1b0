import {
  axisSize,
  deviceCount,
  type Mesh,
  type Placement,
  replicated,
  type Sharding,
  shardShape,
  shardStart,
} from '../../tensor/mesh.ts'
import type { Shape, Type } from '../../tensor/types.ts'

/** Where the parts of a tensor lie, worked out once for each type and placement. */
export interface Spread {
  readonly type: Type
  readonly placement: Placement
  /** The type of each device's part. */
  readonly shard: Type
  /** Where each device's part begins, by position in the mesh. */
  readonly starts: readonly Shape[]
  /** Equal for spreads that are laid out alike. */
  readonly key: string
}

const single: Mesh = { axes: [] }

/** A tensor whole on the first device. */
const wholeOn = (rank: number): Placement => ({ mesh: single, sharding: replicated(rank) })

/** @throws Error if a dimension does not divide among its devices */
export function spreadOf(type: Type, placement: Placement = wholeOn(type.shape.length)): Spread {
  const shape = shardShape(type.shape, placement)
  const devices = deviceCount(placement.mesh)
  return {
    type,
    placement,
    shard: { dtype: type.dtype, shape },
    starts: Array.from({ length: devices }, (_, device) => shardStart(type.shape, placement, device)),
    key: placementKey(placement),
  }
}

/** Axes of size 1 make no difference. */
function placementKey({ mesh, sharding }: Placement): string {
  const real = (name: string) => axisSize(mesh, name) > 1
  const axes = mesh.axes.filter(({ name }) => real(name)).map(({ name, size }) => `${name}=${size}`)
  return `${axes.join(' ')} ${showSharding(sharding.map((names) => names.filter(real)))}`.trim()
}

/** `[data,-,expert*tensor]` */
export const showSharding = (sharding: Sharding): string =>
  `[${sharding.map((names) => names.join('*') || '-').join(',')}]`

/** Positions in the mesh of devices that hold different parts: the first of those that hold each part. */
export function distinctShards({ starts }: Spread, among: readonly number[]): readonly number[] {
  const seen = new Set<string>()
  return among.filter((device) => {
    const key = starts[device]!.join(',')
    return !seen.has(key) && seen.add(key)
  })
}
