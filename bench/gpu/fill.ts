import type { DeviceBuffer, Engine } from '../../src/engine/engine.ts'
import { type Layout, type Mesh, type Sharding, shardShape } from '../../src/tensor/mesh.ts'
import { abs, convert, floor, mul, sin, sub } from '../../src/tensor/ops/elementwise.ts'
import { iota, scalar } from '../../src/tensor/ops/leaf.ts'
import { reshape } from '../../src/tensor/ops/shape.ts'
import { trace } from '../../src/tensor/trace.ts'
import { type DType, type Shape, sizeOf } from '../../src/tensor/types.ts'

export interface Filled {
  readonly dtype: DType
  readonly shape: Shape
  /** Numbers lie between −size and size, integers between 0 and size; a scalar is `size`. */
  readonly size: number
  readonly sharding?: Sharding
}

/** Scrambled numbers made on the device: a gigabyte of weights need not cross the bus. */
const scrambled = ({ shape, size, dtype }: Filled, shard: Shape) => {
  if (shape.length === 0) return scalar(size, dtype)
  const flat = convert(iota([sizeOf(shard)], 0), 'f32')
  const waves = mul(sin(mul(flat, 12.9898)), 43_758.547)
  const uniform = sub(mul(sub(waves, floor(waves)), 2), 1)
  const signed = mul(reshape(uniform, shard), size)
  return convert(dtype === 'i32' ? abs(signed) : signed, dtype)
}

/** Tensors of pseudo-random numbers on the device, or on each of a mesh. */
export async function filled(
  engine: Engine,
  tensors: readonly Filled[],
  mesh?: Mesh,
): Promise<DeviceBuffer[]> {
  const shards = tensors.map(({ shape, sharding }) =>
    mesh && sharding ? shardShape(shape, { mesh, sharding }) : shape,
  )
  const program = trace('fill', [], () => tensors.map((tensor, i) => scrambled(tensor, shards[i]!)))
  const outputs = tensors.map(({ shape, sharding }) => sharding ?? shape.map(() => []))
  const layout: Layout | undefined = mesh && { mesh, inputs: [], outputs }
  using executable = await engine.compile(program, layout ? { layout } : {})
  return executable.run([])
}
