import { forwardProgram } from '../../engine/conformance/case.ts'
import { newRandom } from '../../engine/conformance/random.ts'
import { conformanceCases } from '../../engine/conformance-cases.ts'
import type { Layout, Mesh } from '../../tensor/mesh.ts'
import {
  exchangeOver,
  gatherOver,
  largestOver,
  placeAmong,
  sumOver,
  sumScatterOver,
} from '../../tensor/ops/collective.ts'
import { groupedLinear, groupedOuter } from '../../tensor/ops/contraction.ts'
import type { OpName, Program } from '../../tensor/program.ts'
import { type Tensor, trace } from '../../tensor/trace.ts'
import type { DType, Type } from '../../tensor/types.ts'

export interface GoldenProgram {
  readonly program: Program
  readonly layout?: Layout
}

export const typed = (dtype: DType, ...shape: number[]): Type => ({ dtype, shape })

export const mesh: Mesh = {
  axes: [
    { name: 'data', size: 2 },
    { name: 'expert', size: 4 },
  ],
}

/** One device's part of a program whose input and outputs lie in shards of their first dimension. */
const onMesh = (type: Type, build: (x: Tensor) => readonly Tensor[]): GoldenProgram => {
  const program = trace('forward', [type], (x) => build(x!))
  const spread = (value: Type) => value.shape.map((_, d) => (d === 0 ? ['data', 'expert'] : []))
  return {
    program,
    layout: { mesh, inputs: program.inputs.map(spread), outputs: program.outputs.map(spread) },
  }
}

/** Where a conformance case would show too little: passes of grouped products, collectives among devices. */
const special: Partial<Record<OpName, GoldenProgram>> = {
  groupedDot: {
    program: trace(
      'forward',
      [typed('bf16', 32, 3), typed('bf16', 2, 4, 3), typed('i32', 2)],
      (x, w, sizes) => [groupedLinear(x!, w!, sizes!)],
    ),
  },
  groupedOuter: {
    program: trace(
      'forward',
      [typed('bf16', 32, 3), typed('bf16', 32, 4), typed('i32', 2)],
      (x, y, sizes) => [groupedOuter(x!, y!, sizes!)],
    ),
  },
  allReduce: onMesh(typed('f32', 1, 3), (x) => [
    sumOver(x, mesh, ['expert']),
    largestOver(x, mesh, ['data', 'expert']),
  ]),
  allGather: onMesh(typed('f32', 1, 3), (x) => [gatherOver(x, mesh, ['expert'], 1)]),
  reduceScatter: onMesh(typed('f32', 4, 3), (x) => [sumScatterOver(x, mesh, ['data'], 0)]),
  allToAll: onMesh(typed('f32', 4, 3), (x) => [exchangeOver(x, mesh, ['expert'], 0, 1)]),
  axisIndex: {
    program: trace('forward', [], () => [placeAmong(mesh, ['expert'])]),
    layout: { mesh, inputs: [], outputs: [[]] },
  },
}

/** A small program that uses the op: the first conformance case of it, or one written for its text. */
export function goldenProgram(op: OpName): GoldenProgram {
  const found = conformanceCases.find((one) => one.op === op)
  if (found === undefined) throw new Error(`${op} has no conformance case`)
  return special[op] ?? { program: forwardProgram(found.make(newRandom(1))) }
}
