import type { Layout, Mesh, Sharding } from '../../tensor/mesh.ts'

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')

/** A mesh without its axes of size 1, which split nothing. */
const withoutTrivialAxes = (mesh: Mesh): Mesh => ({ axes: mesh.axes.filter(({ size }) => size > 1) })

/** A layout over axes that have several devices; null if there is one device only. */
export function realLayout(layout: Layout | undefined): Layout | null {
  if (layout === undefined) return null
  const mesh = withoutTrivialAxes(layout.mesh)
  const known = new Set(mesh.axes.map(({ name }) => name))
  const real = (sharding: Sharding): Sharding =>
    sharding.map((axes) => axes.filter((name) => known.has(name)))
  return known.size === 0
    ? null
    : { mesh, inputs: layout.inputs.map(real), outputs: layout.outputs.map(real) }
}

/** `sdy.mesh @mesh = <["data"=2, "expert"=4]>` */
export const meshText = ({ axes }: Mesh): string =>
  `sdy.mesh @mesh = <[${axes.map(({ name, size }) => `"${name}"=${size}`).join(', ')}]>`

const dimensions = (sharding: Sharding): string =>
  `[${sharding.map((axes) => `{${quoted(axes)}}`).join(', ')}]`

/** The attribute of an argument or result of the whole program. */
export const shardingAttribute = (sharding: Sharding): string =>
  `sdy.sharding = #sdy.sharding<@mesh, ${dimensions(sharding)}>`

/** How an operand or result of the per-device part lies; every axis is named there. */
export function manualSharding(mesh: Mesh, sharding: Sharding): string {
  const used = new Set(sharding.flat())
  const copies = mesh.axes.map(({ name }) => name).filter((name) => !used.has(name))
  return `<@mesh, ${dimensions(sharding)}${copies.length === 0 ? '' : `, replicated={${quoted(copies)}}`}>`
}

export const manualAxes = ({ axes }: Mesh): string => `{${quoted(axes.map(({ name }) => name))}}`
