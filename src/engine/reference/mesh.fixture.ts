import fc from 'fast-check'
import { axisSize, deviceCount, type Layout, type Mesh, type Sharding } from '../../tensor/mesh.ts'
import { reshape } from '../../tensor/ops/shape.ts'
import type { Program } from '../../tensor/program.ts'
import { type Tensor, trace } from '../../tensor/trace.ts'
import { interpretOnDevices } from './devices.ts'

export const meshOf = (sizes: Readonly<Record<string, number>>): Mesh => ({
  axes: Object.entries(sizes).map(([name, size]) => ({ name, size })),
})

/** Up to three axes a, b, c of one to `largest` devices. */
export const meshes = (largest = 3): fc.Arbitrary<Mesh> =>
  fc
    .array(fc.integer({ min: 1, max: largest }), { minLength: 1, maxLength: 3 })
    .map((sizes) => meshOf(Object.fromEntries(sizes.map((size, i) => ['abc'[i]!, size]))))

/** A mesh and some of its axes in any order. */
export const meshesWithAxes = (largest = 3): fc.Arbitrary<{ mesh: Mesh; axes: string[] }> =>
  meshes(largest).chain((mesh) =>
    fc.record({ mesh: fc.constant(mesh), axes: fc.shuffledSubarray(mesh.axes.map(({ name }) => name)) }),
  )

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** Devices that differ on some axes only. */
export const sizeOver = (mesh: Mesh, axes: readonly string[]): number =>
  axes.reduce((product, name) => product * axisSize(mesh, name), 1)

/** Numbers that no accident makes equal. */
export const numbers = (count: number, seed = 1): number[] =>
  range(count).map((i) => Math.sin(1 + 0.7 * seed + 1.3 * i + 0.1 * i * i))

/** Every device has a row of its own, in the order of the devices. */
export const rowEach = (mesh: Mesh, rank: number): Sharding => [
  mesh.axes.map(({ name }) => name),
  ...range(rank).map(() => []),
]

/**
 * A per-device program on values of which each device has its own, stacked along a dimension that comes first in the
 * inputs and outputs of the whole.
 */
export function ownEach(
  name: string,
  mesh: Mesh,
  shapes: readonly (readonly number[])[],
  fn: (...x: Tensor[]) => readonly Tensor[],
): { program: Program; layout: Layout } {
  const types = shapes.map((shape) => ({ dtype: 'f32' as const, shape: [1, ...shape] }))
  const program = trace(name, types, (...rows) =>
    fn(...rows.map((row, i) => reshape(row, shapes[i]!))).map((y) => reshape(y, [1, ...y.shape])),
  )
  return {
    program,
    layout: {
      mesh,
      inputs: shapes.map(({ length }) => rowEach(mesh, length)),
      outputs: program.outputs.map(({ shape }) => rowEach(mesh, shape.length - 1)),
    },
  }
}

/** What each device of a program from {@link ownEach} makes, by output, then by device. */
export function runEach(
  { program, layout }: ReturnType<typeof ownEach>,
  inputs: readonly (readonly number[])[],
): number[][][] {
  const count = deviceCount(layout.mesh)
  const outputs = interpretOnDevices(
    program,
    layout,
    inputs.map((data) => ({ data })),
  )
  return outputs.map(({ data }) => {
    const size = data.length / count
    return range(count).map((device) => Array.from(data.slice(device * size, (device + 1) * size)))
  })
}
