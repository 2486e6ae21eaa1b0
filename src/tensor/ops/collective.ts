/**
 * What devices of a mesh tell each other. A program with collectives is written for one device; the objective that is
 * differentiated is the sum over the devices of what each computes, which makes every gradient rule here a collective.
 */
import { axisSize, type Mesh } from '../mesh.ts'
import { emit, type OpDef, ShapeError, shapeError, type Tensor } from '../trace.ts'
import type { Type } from '../types.ts'

const wantDimension = ({ shape }: Type, dim: number): number => {
  const size = shape[dim]
  if (size === undefined) throw new ShapeError(`no dimension ${dim}`)
  return size
}

const wantDivisible = (x: Type, dim: number, parts: number): void => {
  const size = wantDimension(x, dim)
  if (size % parts !== 0)
    throw new ShapeError(`dimension ${dim} of size ${size} does not divide among ${parts} devices`)
}

const withSize = ({ dtype, shape }: Type, dim: number, change: (size: number) => number): Type => ({
  dtype,
  shape: shape.map((size, d) => (d === dim ? change(size) : size)),
})

const allReduceDef: OpDef<'allReduce'> = {
  name: 'allReduce',
  infer: ([x]) => [x!],
  vjp: ({ attrs }, [g]) => [g && attrs.kind === 'sum' ? emit(allReduceDef, [g], attrs)[0]! : null],
}

const allGatherDef: OpDef<'allGather'> = {
  name: 'allGather',
  infer: ([x], { dim, size }) => {
    wantDimension(x!, dim)
    return [withSize(x!, dim, (own) => own * size)]
  },
  vjp: ({ attrs }, [g]) => [g ? emit(reduceScatterDef, [g], attrs)[0]! : null],
}

const reduceScatterDef: OpDef<'reduceScatter'> = {
  name: 'reduceScatter',
  infer: ([x], { dim, size }) => {
    wantDivisible(x!, dim, size)
    return [withSize(x!, dim, (whole) => whole / size)]
  },
  vjp: ({ attrs }, [g]) => [g ? emit(allGatherDef, [g], attrs)[0]! : null],
}

const allToAllDef: OpDef<'allToAll'> = {
  name: 'allToAll',
  infer: ([x], { split, concat, size }) => {
    wantDivisible(x!, split, size)
    wantDimension(x!, concat)
    return [
      withSize(
        withSize(x!, split, (whole) => whole / size),
        concat,
        (own) => own * size,
      ),
    ]
  },
  vjp: ({ attrs }, [g]) => [
    g ? emit(allToAllDef, [g], { ...attrs, split: attrs.concat, concat: attrs.split })[0]! : null,
  ],
}

const axisIndexDef: OpDef<'axisIndex'> = {
  name: 'axisIndex',
  infer: () => [{ dtype: 'i32', shape: [] }],
  vjp: () => [],
}

/** Axes of a mesh that have more than one device, and how many that makes. */
function over(mesh: Mesh, axes: readonly string[]): { axes: readonly string[]; size: number } {
  const real = axes.filter((name) => axisSize(mesh, name) > 1)
  if (new Set(real).size < real.length)
    throw shapeError(`a collective names a mesh axis twice: ${axes.join(', ')}`)
  return { axes: real, size: real.reduce((product, name) => product * axisSize(mesh, name), 1) }
}

type Axes = readonly string[]

/** The sum of `x` over the devices of `axes`, on each of them. */
export function sumOver(x: Tensor, mesh: Mesh, axes: Axes): Tensor {
  const where = over(mesh, axes)
  return where.size === 1 ? x : emit(allReduceDef, [x], { ...where, kind: 'sum' })[0]!
}

/** The largest of `x`, elementwise, over the devices of `axes`, on each of them. Has no gradient. */
export function largestOver(x: Tensor, mesh: Mesh, axes: Axes): Tensor {
  const where = over(mesh, axes)
  return where.size === 1 ? x : emit(allReduceDef, [x], { ...where, kind: 'max' })[0]!
}

/** The shards of the devices of `axes` one after the other along `dim`, on each of them. */
export function gatherOver(x: Tensor, mesh: Mesh, axes: Axes, dim: number): Tensor {
  const where = over(mesh, axes)
  return where.size === 1 ? x : emit(allGatherDef, [x], { ...where, dim })[0]!
}

/** Each device's part along `dim` of the sum over the devices of `axes`. */
export function sumScatterOver(x: Tensor, mesh: Mesh, axes: Axes, dim: number): Tensor {
  const where = over(mesh, axes)
  return where.size === 1 ? x : emit(reduceScatterDef, [x], { ...where, dim })[0]!
}

/** Sends part i along `split` to device i of `axes`; what came from device j becomes part j along `concat`. */
export function exchangeOver(x: Tensor, mesh: Mesh, axes: Axes, split: number, concat: number): Tensor {
  const where = over(mesh, axes)
  return where.size === 1 ? x : emit(allToAllDef, [x], { ...where, split, concat })[0]!
}

/** The device's place among the devices of `axes`, i32[]. */
export const placeAmong = (mesh: Mesh, axes: Axes): Tensor => emit(axisIndexDef, [], over(mesh, axes))[0]!

export const collectiveDefs = {
  allReduce: allReduceDef,
  allGather: allGatherDef,
  reduceScatter: reduceScatterDef,
  allToAll: allToAllDef,
  axisIndex: axisIndexDef,
}
