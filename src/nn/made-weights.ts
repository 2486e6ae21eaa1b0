/** Initial weights made on the devices that will use them, each device its own shard: a billion need not cross the bus. */
import type { Mesh, Sharding } from '../tensor/mesh.ts'
import { axisSize, shardShape } from '../tensor/mesh.ts'
import { placeAmong } from '../tensor/ops/collective.ts'
import { add, convert, mul } from '../tensor/ops/elementwise.ts'
import { iota, scalar } from '../tensor/ops/leaf.ts'
import { broadcast } from '../tensor/ops/shape.ts'
import type { Program } from '../tensor/program.ts'
import { type Tensor, trace } from '../tensor/trace.ts'
import { normalsAt } from '../tensor/traced-random.ts'
import type { Shape } from '../tensor/types.ts'
import type { ParameterSpec } from './parameters.ts'

/** Row-major places in the whole tensor of a shard's elements, u32. */
function placesOf(whole: Shape, shard: Shape, sharding: Sharding, mesh: Mesh): Tensor {
  let places = broadcast(scalar(0, 'u32'), shard)
  let stride = 1
  for (let d = whole.length - 1; d >= 0; d--) {
    const axes = (sharding[d] ?? []).filter((axis) => axisSize(mesh, axis) > 1)
    const own = iota(shard, d, 'u32')
    const start = axes.length === 0 ? null : mul(convert(placeAmong(mesh, axes), 'u32'), shard[d]!)
    places = add(places, mul(start === null ? own : add(own, start), stride))
    stride *= whole[d]!
  }
  return places
}

/**
 * `(seed u32[], stream u32[]) → shard`: what `initialWeights` makes of a parameter, up to rounding. Parameters of one
 * shape, kind and sharding share the program.
 */
export function initialWeightProgram(
  { shape, kind }: ParameterSpec,
  deviation: number,
  sharding: Sharding,
  mesh: Mesh,
): Program {
  const shard = shardShape(shape, { mesh, sharding })
  const word = { dtype: 'u32', shape: [] } as const
  return trace('initial_weight', [word, word], (seed, stream) => {
    if (kind === 'norm' || kind === 'routerBias') return [broadcast(scalar(kind === 'norm' ? 1 : 0), shard)]
    return [normalsAt(placesOf(shape, shard, sharding, mesh), seed!, stream!, deviation)]
  })
}
