import type { Kernel, Value } from './builder.ts'

const f32Tile = ({ shape }: Value): string => `tensor<${shape.join('x')}xf32>`

/** A number in f32; MLIR wants a point in it. */
export function factor(k: Kernel, value: number): Value {
  k.line(`%factor = arith.constant ${value.toExponential(9)} : f32`)
  return { name: '%factor', element: 'f32', shape: [] }
}

/** An f32 tile times an f32 scalar; once in a kernel. */
export function scaled(k: Kernel, tile: Value, by: Value): Value {
  k.line(`%factors = tt.splat ${by.name} : f32 -> ${f32Tile(tile)}`)
  k.line(`%scaled = arith.mulf ${tile.name}, %factors : ${f32Tile(tile)}`)
  return { ...tile, name: '%scaled' }
}

/** An f32 tile and a bf16 one; once in a kernel. */
export function plus(k: Kernel, tile: Value, narrow: Value): Value {
  k.line(`%wide = arith.extf ${narrow.name} : tensor<${narrow.shape.join('x')}xbf16> to ${f32Tile(narrow)}`)
  k.line(`%plus = arith.addf ${tile.name}, %wide : ${f32Tile(tile)}`)
  return { ...tile, name: '%plus' }
}
