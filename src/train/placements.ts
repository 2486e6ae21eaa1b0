import { tokenAxes } from '../nn/mesh-axes.ts'
import { deviceCount, type Layout, type Mesh, type Placement, replicated } from '../tensor/mesh.ts'
import type { Program } from '../tensor/program.ts'

/** Where the state tensor of a name lies on a mesh; undefined where every device holds it whole. */
export type PlacementOf = (name: string) => Placement | undefined

export const nowhereCut: PlacementOf = () => undefined

/** Where something of this rank lies: as told, else whole on every device of the mesh; undefined on one device. */
export function placedOn(mesh: Mesh, rank: number, told?: Placement): Placement | undefined {
  if (deviceCount(mesh) === 1) return undefined
  return told ?? { mesh, sharding: replicated(rank) }
}

/** The sequences of a batch go to the devices that see different tokens. @param dim that counts them  */
export const batchPlacement = (mesh: Mesh, rank: number, dim: number): Placement | undefined =>
  placedOn(mesh, rank, {
    mesh,
    sharding: Array.from({ length: rank }, (_, d) => (d === dim ? tokenAxes : [])),
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
