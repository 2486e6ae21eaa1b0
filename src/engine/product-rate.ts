import { matmul } from '../tensor/ops/contraction.ts'
import { reshape, sliceAt } from '../tensor/ops/shape.ts'
import { trace } from '../tensor/trace.ts'
import { type DType, type Type, type TypedArray, zeros } from '../tensor/types.ts'
import type { DeviceBuffer, Engine } from './engine.ts'

interface ProductShape {
  readonly size: number
  /** Products that are given to the engine before the last is awaited. */
  readonly runs: number
}

/** Sizes that fill a host's cores, and an accelerator. */
const shapes: { readonly [D in DType]?: ProductShape } = {
  f32: { size: 2048, runs: 1 },
  bf16: { size: 8192, runs: 10 },
}
const rounds = 5

/** Numbers of both signs about 1: accelerators multiply zeros faster, because that takes less power. */
export function factors(type: Type): TypedArray {
  const data = zeros(type)
  let state = 1
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    // In bf16: the sign, an exponent of -1, and all of the fraction.
    data[i] = type.dtype === 'bf16' ? ((state >>> 16) & 0x807f) | 0x3f00 : state / 2 ** 31
  }
  return data
}

/**
 * The engine's rate in FLOP/s on one square product, 2048³ in f32 or 8192³ in bf16, the best of a few: what a model's own
 * rate is measured against.
 */
export async function productRate(engine: Engine, dtype: 'f32' | 'bf16' = 'f32'): Promise<number> {
  const { size, runs } = shapes[dtype]!
  const square: Type = { dtype, shape: [size, size] }
  const program = trace('product', [square, square], (x, y) => {
    const product = matmul(x!, y!)
    // An element, to wait for: reading the whole would take longer than computing it.
    return [product, reshape(sliceAt(product, [0, 0], [1, 1]), [])]
  })
  using executable = await engine.compile(program)
  const data = factors(square)
  using x = engine.upload(square, data)
  using y = engine.upload(square, data)
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    let last: DeviceBuffer[] = []
    for (let run = 0; run < runs; run++) {
      for (const buffer of last) buffer[Symbol.dispose]()
      last = await executable.run([x, y])
    }
    await last[1]!.read()
    best = Math.min(best, (performance.now() - started) / 1000 / runs)
    for (const buffer of last) buffer[Symbol.dispose]()
  }
  return (2 * size ** 3) / best
}
