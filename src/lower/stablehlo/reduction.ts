import type { EquationOf } from '../../tensor/program.ts'
import { type Builder, emitAll, get, put, type Ssa } from './builder.ts'
import {
  compare,
  convert,
  elementwise,
  iota,
  reduce,
  scalar,
  scalarRegion,
  select,
  signature,
} from './forms.ts'
import type { Rules } from './rule.ts'
import { type ElementType, int64Array, resultTypes, typeList } from './tensor-type.ts'

const lowest: Readonly<Record<ElementType, number>> = {
  f32: -Infinity,
  bf16: -Infinity,
  f16: -Infinity,
  i32: -(2 ** 31),
  u32: 0,
  bool: 0,
  u8: 0,
}

const highest: Readonly<Record<ElementType, number>> = {
  f32: Infinity,
  bf16: Infinity,
  f16: Infinity,
  i32: 2 ** 31 - 1,
  u32: 2 ** 32 - 1,
  bool: 1,
  u8: 255,
}

/** Sums of 16-bit floats are taken in f32: their own 8 bits would lose all but the first few hundred terms. */
export const sumType = (dtype: ElementType): ElementType =>
  dtype === 'bf16' || dtype === 'f16' ? 'f32' : dtype

/** Largest over `dims`. */
export const maximum = (b: Builder, x: Ssa, dims: readonly number[]): Ssa =>
  reduce(b, 'maximum', x, lowest[x.dtype], dims)

/** Sum over `dims`, of the operand's own dtype. */
export const sum = (b: Builder, x: Ssa, dims: readonly number[]): Ssa =>
  convert(b, reduce(b, 'add', convert(b, x, sumType(x.dtype)), 0, dims), x.dtype)

/** Running sums along `dim` by a window that begins before the first element: XLA knows this form. */
function runningSum(b: Builder, x: Ssa, dim: number, reverse = false): Ssa {
  const zero = scalar(b, 0, x.dtype)
  const line = (value: number): string => int64Array(x.shape.map((_, d) => (d === dim ? value : 1)))
  const ones = line(1)
  const before = x.shape[dim]! - 1
  const padding = x.shape.map((_, d) => (d === dim ? (reverse ? [0, before] : [before, 0]) : [0, 0]))
  const pads = `dense<[${padding.map((p) => `[${p.join(', ')}]`).join(', ')}]> : tensor<${padding.length}x2xi64>`
  const adds = scalarRegion(b, [x.dtype, x.dtype], (pair) => [elementwise(b, 'add', pair)])
  return signature(
    b,
    `"stablehlo.reduce_window"(${x.name}, ${zero.name}) <{window_dimensions = ${line(before + 1)}, window_strides = ${ones}, base_dilations = ${ones}, window_dilations = ${ones}, padding = ${pads}}> ${adds}`,
    [x, zero],
    x,
  )
}

/** Running sums moved on by one, so that each leaves out its own element. */
export function exclusiveSum(b: Builder, x: Ssa, dim: number, reverse = false): Ssa {
  const sums = runningSum(b, x, dim, reverse)
  const zero = scalar(b, 0, x.dtype)
  const shift = (at: number): string => `[${x.shape.map((_, d) => (d === dim ? at : 0)).join(', ')}]`
  const [low, high] = reverse ? [-1, 1] : [1, -1]
  return signature(
    b,
    `stablehlo.pad ${sums.name}, ${zero.name}, low = ${shift(low)}, high = ${shift(high)}, interior = ${shift(0)}`,
    [sums, zero],
    x,
  )
}

function argMax(b: Builder, { inputs, attrs: { dim }, outputs: [y] }: EquationOf<'argMax'>): Ssa {
  const x = get(b, inputs[0]!)
  const at = iota(b, dim, { dtype: 'i32', shape: x.shape })
  const init = [scalar(b, lowest[x.dtype], x.dtype), scalar(b, 0, 'i32')]
  const better = scalarRegion(b, [x.dtype, 'i32', x.dtype, 'i32'], ([v, i, w, j]) => {
    const tie = elementwise(b, 'and', [compare(b, 'eq', v!, w!), compare(b, 'lt', i!, j!)])
    const first = elementwise(b, 'or', [compare(b, 'gt', v!, w!), tie])
    return [select(b, first, v!, w!), select(b, first, i!, j!)]
  })
  const types = [{ dtype: x.dtype, shape: y!.shape }, y!]
  const operands = [x, at, ...init]
  return emitAll(
    b,
    types,
    `"stablehlo.reduce"(${operands.map(({ name }) => name).join(', ')}) <{dimensions = ${int64Array([dim])}}> ${better} : ${typeList(operands)} -> ${resultTypes(types)}`,
  )[1]!
}

export const reductionRules: Rules<'reduceSum' | 'reduceMax' | 'reduceMin' | 'argMax' | 'cumsum'> = {
  reduceSum: (b, { inputs: [x], attrs: { dims }, outputs: [y] }) => put(b, y!, sum(b, get(b, x!), dims)),
  reduceMax: (b, { inputs: [x], attrs: { dims }, outputs: [y] }) => put(b, y!, maximum(b, get(b, x!), dims)),
  reduceMin: (b, { inputs: [x], attrs: { dims }, outputs: [y] }) =>
    put(b, y!, reduce(b, 'minimum', get(b, x!), highest[y!.dtype], dims)),
  argMax: (b, equation) => put(b, equation.outputs[0]!, argMax(b, equation)),
  cumsum(b, { inputs: [x], attrs: { dim, exclusive, reverse }, outputs: [y] }) {
    const operand = get(b, x!)
    if (operand.shape.includes(0)) return put(b, y!, operand)
    const wide = convert(b, operand, sumType(operand.dtype))
    put(b, y!, convert(b, (exclusive ? exclusiveSum : runningSum)(b, wide, dim, reverse), operand.dtype))
  },
}
