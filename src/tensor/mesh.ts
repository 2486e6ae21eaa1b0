import type { Shape, Type } from './types.ts'

/** Devices in a grid: an axis of size 1 may be left out. Device d has its coordinates row-major, the last axis fastest. */
export interface Mesh {
  readonly axes: readonly MeshAxis[]
}

export interface MeshAxis {
  readonly name: string
  readonly size: number
}

/** For each dimension of a tensor, the mesh axes that split it, outermost first. Other axes hold copies. */
export type Sharding = readonly (readonly string[])[]

/** Where the inputs and outputs of a per-device program lie: the program's own types are those of one device's shards. */
export interface Layout {
  readonly mesh: Mesh
  readonly inputs: readonly Sharding[]
  readonly outputs: readonly Sharding[]
}

/** How a tensor is spread over a mesh. */
export interface Placement {
  readonly mesh: Mesh
  readonly sharding: Sharding
}

export const deviceCount = (mesh: Mesh): number => mesh.axes.reduce((product, { size }) => product * size, 1)

/** Size of an axis; one that the mesh does not have is 1. */
export const axisSize = (mesh: Mesh, name: string): number =>
  mesh.axes.find((axis) => axis.name === name)?.size ?? 1

/** A tensor that every device holds whole. */
export const replicated = (rank: number): Sharding => Array.from({ length: rank }, () => [])

/** Into how many parts each dimension is cut. @throws Error if an axis is named twice: its shards would leave gaps. */
export function partsOf(mesh: Mesh, sharding: Sharding): readonly number[] {
  const names = sharding.flat()
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) throw new Error(`a sharding names the mesh axis ${twice} twice`)
  return sharding.map((axes) => axes.reduce((product, name) => product * axisSize(mesh, name), 1))
}

function partsOfShape(shape: Shape, { mesh, sharding }: Placement): readonly number[] {
  if (sharding.length > shape.length)
    throw new Error(`a sharding of ${sharding.length} dimensions for shape [${shape.join(',')}]`)
  return partsOf(mesh, sharding)
}

/** The shape of one device's shard. @throws Error if a dimension does not divide, or for another rank. */
export function shardShape(shape: Shape, placement: Placement): Shape {
  const parts = partsOfShape(shape, placement)
  return shape.map((size, d) => {
    const count = parts[d] ?? 1
    if (size % count !== 0)
      throw new Error(`dimension ${d} of [${shape.join(',')}] does not divide into ${count} shards`)
    return size / count
  })
}

/** The shape that shards of `shape` make together. @throws Error for a sharding of another rank. */
export const wholeShape = (shape: Shape, placement: Placement): Shape => {
  const parts = partsOfShape(shape, placement)
  return shape.map((size, d) => size * (parts[d] ?? 1))
}

export const shardType = (type: Type, placement: Placement): Type => ({
  dtype: type.dtype,
  shape: shardShape(type.shape, placement),
})

/** A device's coordinate on each axis, in the mesh's order. */
export function coordinates(mesh: Mesh, device: number): readonly number[] {
  const result: number[] = []
  let rest = device
  for (const { size } of mesh.axes.toReversed()) {
    result.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return result
}

/** Where a device's shard begins in the whole tensor, by dimension. */
export function shardStart(shape: Shape, { mesh, sharding }: Placement, device: number): readonly number[] {
  const at = coordinates(mesh, device)
  const size = shardShape(shape, { mesh, sharding })
  return shape.map((_, d) => {
    let index = 0
    for (const name of sharding[d] ?? []) {
      const axis = mesh.axes.findIndex((a) => a.name === name)
      if (axis >= 0) index = index * mesh.axes[axis]!.size + at[axis]!
    }
    return index * size[d]!
  })
}

/** Groups of devices that differ only in their coordinates on `axes`, each in the order of those coordinates. */
export function deviceGroups(mesh: Mesh, axes: readonly string[]): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>()
  const within = mesh.axes.map(({ name }) => axes.indexOf(name))
  const rankOf = (at: readonly number[]): number =>
    axes.reduce((rank, name) => {
      const axis = mesh.axes.findIndex((a) => a.name === name)
      return axis < 0 ? rank : rank * mesh.axes[axis]!.size + at[axis]!
    }, 0)
  for (let device = 0; device < deviceCount(mesh); device++) {
    const at = coordinates(mesh, device)
    const key = at.filter((_, axis) => within[axis]! < 0).join(',')
    const group = groups.get(key) ?? []
    group[rankOf(at)] = device
    groups.set(key, group)
  }
  return [...groups.values()]
}
