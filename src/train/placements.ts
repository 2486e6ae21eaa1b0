import { tokenAxes } from '../nn/mesh-axes.ts'
import { axisSize, deviceCount, type Layout, type Mesh, type Placement, replicated } from '../tensor/mesh.ts'
import type { Program } from '../tensor/program.ts'
import type { StepProgram } from './step.ts'

/** Where the state tensor of a name lies on a mesh; undefined is whole on one device. */
export type PlacementOf = (name: string) => Placement | undefined

export const onOneDevice: PlacementOf = () => undefined

/** Where a step's state lies. */
export function placementsOf({ state, layout }: StepProgram): PlacementOf {
  if (layout === undefined) return onOneDevice
  const { mesh } = layout
  const placements = new Map(state.map(({ name, sharding }) => [name, { mesh, sharding }]))
  return (name) => placements.get(name)
}

/** Where something of this rank lies: as told, else whole on every device of the mesh; undefined on one device. */
export function placedOn(mesh: Mesh, rank: number, told?: Placement): Placement | undefined {
  if (deviceCount(mesh) === 1) return undefined
  return told ?? { mesh, sharding: replicated(rank) }
}

/** The sequences of a batch go to the devices that see different tokens. @param dim that counts them  */
export const batchPlacement = (mesh: Mesh, rank: number, dim: number): Placement | undefined =>
  placedOn(mesh, rank, {
    mesh,
    sharding: Array.from({ length: rank }, (_, d) =>
      d === dim ? tokenAxes.filter((axis) => axisSize(mesh, axis) > 1) : [],
    ),
  })

/** Where a program's inputs and outputs lie, in order; those that are not told are whole on every device. */
export function layoutOf(
  { inputs, outputs }: Program,
  mesh: Mesh,
  told: {
    readonly inputs: readonly (Placement | undefined)[]
    readonly outputs: readonly (Placement | undefined)[]
  },
): { readonly layout?: Layout } {
  if (deviceCount(mesh) === 1) return {}
  const shardings = (values: Program['inputs'], placements: readonly (Placement | undefined)[]) =>
    values.map(({ shape }, i) => placements[i]?.sharding ?? replicated(shape.length))
  return {
    layout: { mesh, inputs: shardings(inputs, told.inputs), outputs: shardings(outputs, told.outputs) },
  }
}
