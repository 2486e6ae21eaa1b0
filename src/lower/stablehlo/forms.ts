import type { Direction } from '../../tensor/program.ts'
import { type Shape, sameShape } from '../../tensor/types.ts'
import { type Builder, emit, emitAll, freshName, region, type Ssa } from './builder.ts'
import { literal } from './dense.ts'
import {
  type ElementType,
  numberList,
  resultTypes,
  scalarOf,
  type TensorType,
  tensorType,
  typeList,
} from './tensor-type.ts'

/** A constant with the same number everywhere. */
export function splat(b: Builder, value: number, type: TensorType): Ssa {
  const text = `stablehlo.constant dense<${literal(value, type.dtype)}> : ${tensorType(type)}`
  const known = b.known.get(text)
  if (known) return known
  const made = emit(b, type, text)
  b.known.set(text, made)
  return made
}

export const scalar = (b: Builder, value: number, dtype: ElementType): Ssa => splat(b, value, scalarOf(dtype))

/** An op whose operands and result have one type: `stablehlo.add %x, %y : T`. */
export const elementwise = (b: Builder, op: string, operands: readonly Ssa[]): Ssa =>
  emit(
    b,
    operands[0]!,
    `stablehlo.${op} ${operands.map((x) => x.name).join(', ')} : ${tensorType(operands[0]!)}`,
  )

/** An op whose types are written as a signature: `stablehlo.reshape %x : (T) -> U`. */
export const signature = (b: Builder, text: string, operands: readonly Ssa[], type: TensorType): Ssa =>
  emit(b, type, `${text} : ${typeList(operands)} -> ${tensorType(type)}`)

const orderOf = (dtype: ElementType): string =>
  dtype === 'i32' ? 'SIGNED' : dtype === 'u32' || dtype === 'bool' || dtype === 'u8' ? 'UNSIGNED' : 'FLOAT'

export const compare = (b: Builder, direction: Direction, x: Ssa, y: Ssa): Ssa =>
  signature(
    b,
    `stablehlo.compare ${direction.toUpperCase()}, ${x.name}, ${y.name}, ${orderOf(x.dtype)}`,
    [x, y],
    { dtype: 'bool', shape: x.shape },
  )

export const select = (b: Builder, p: Ssa, x: Ssa, y: Ssa): Ssa =>
  emit(b, x, `stablehlo.select ${p.name}, ${x.name}, ${y.name} : ${tensorType(p)}, ${tensorType(x)}`)

export const convert = (b: Builder, x: Ssa, dtype: ElementType): Ssa =>
  x.dtype === dtype ? x : signature(b, `stablehlo.convert ${x.name}`, [x], { dtype, shape: x.shape })

export const reshape = (b: Builder, x: Ssa, shape: Shape): Ssa =>
  sameShape(x.shape, shape) ? x : signature(b, `stablehlo.reshape ${x.name}`, [x], { dtype: x.dtype, shape })

/** Stretches to `shape`; dimension i of `x` becomes `dims[i]`. */
export const broadcast = (b: Builder, x: Ssa, shape: Shape, dims: readonly number[]): Ssa =>
  signature(b, `stablehlo.broadcast_in_dim ${x.name}, dims = ${numberList(dims)}`, [x], {
    dtype: x.dtype,
    shape,
  })

/** A scalar everywhere in `shape`. */
export const filled = (b: Builder, x: Ssa, shape: Shape): Ssa =>
  shape.length === 0 ? x : broadcast(b, x, shape, [])

export const iota = (b: Builder, dim: number, type: TensorType): Ssa =>
  emit(b, type, `stablehlo.iota dim = ${dim} : ${tensorType(type)}`)

/** Reduction over `dims` from `start` with one op, such as `add`. */
export function reduce(b: Builder, op: string, x: Ssa, start: number, dims: readonly number[]): Ssa {
  const init = scalar(b, start, x.dtype)
  const shape = x.shape.filter((_, d) => !dims.includes(d))
  return signature(
    b,
    `stablehlo.reduce(${x.name} init: ${init.name}) applies stablehlo.${op} across dimensions = ${numberList(dims)}`,
    [x, init],
    { dtype: x.dtype, shape },
  )
}

/** A region of scalars `^bb0(%a: T, …)`; `build` gets its arguments. */
export function scalarRegion(
  b: Builder,
  dtypes: readonly ElementType[],
  build: (args: readonly Ssa[]) => readonly Ssa[],
): string {
  const args = dtypes.map((dtype) => ({ ...scalarOf(dtype), name: freshName(b) }))
  const ports = args.map((arg) => `${arg.name}: ${tensorType(arg)}`).join(', ')
  return `({\n^bb0(${ports}):\n${region(b, 'stablehlo.return', () => build(args))}\n})`
}

/** `while (test(state)) state = body(state)`. Regions see the state only. */
export function whileLoop(
  b: Builder,
  start: readonly Ssa[],
  test: (state: readonly Ssa[]) => Ssa,
  body: (state: readonly Ssa[]) => readonly Ssa[],
): readonly Ssa[] {
  const state = start.map((x) => ({ ...x, name: freshName(b) }))
  const bound = state.map((x, i) => `${x.name} = ${start[i]!.name}`).join(', ')
  const types = start.map(tensorType).join(', ')
  const condition = region(b, 'stablehlo.return', () => [test(state)])
  const step = region(b, 'stablehlo.return', () => body(state))
  return emitAll(b, start, `stablehlo.while(${bound}) : ${types}\ncond {\n${condition}\n} do {\n${step}\n}`)
}

/** One of two branches, which may use values from outside. */
export function branch(
  b: Builder,
  predicate: Ssa,
  types: readonly TensorType[],
  whenTrue: () => readonly Ssa[],
  whenFalse: () => readonly Ssa[],
): readonly Ssa[] {
  const yes = region(b, 'stablehlo.return', whenTrue)
  const no = region(b, 'stablehlo.return', whenFalse)
  return emitAll(
    b,
    types,
    `"stablehlo.if"(${predicate.name}) ({\n${yes}\n}, {\n${no}\n}) : (tensor<i1>) -> ${resultTypes(types)}`,
  )
}
