import { deviceCount, deviceGroups } from '../../tensor/mesh.ts'
import type { CollectiveAttrs, EquationOf } from '../../tensor/program.ts'
import { type Builder, emit, freshChannel, get, put, type Ssa } from './builder.ts'
import { elementwise, reshape, scalar, scalarRegion, signature } from './forms.ts'
import type { Rules } from './rule.ts'
import { type TensorType, tensorType } from './tensor-type.ts'

type Moving = 'allReduce' | 'allGather' | 'reduceScatter' | 'allToAll'

/** Groups of devices that differ only on the axes, in the order of their places on them. */
function groupsOver(b: Builder, { axes, size }: CollectiveAttrs): readonly (readonly number[])[] {
  if (b.mesh === null)
    throw new Error(
      `the program wants ${size} devices along ${axes.join(', ')} and was compiled without a layout`,
    )
  return deviceGroups(b.mesh, axes)
}

/** The devices of a collective and its channel, as attributes. */
function among(b: Builder, attrs: CollectiveAttrs): string {
  const groups = groupsOver(b, attrs)
  const rows = groups.map((group) => `[${group.join(', ')}]`).join(', ')
  const table = `dense<[${rows}]> : tensor<${groups.length}x${groups[0]!.length}xi64>`
  return `replica_groups = ${table}, channel_handle = #stablehlo.channel_handle<handle = ${freshChannel(b)}, type = 1>`
}

/** A collective with attributes of its own; among one device it is the identity. */
const collective =
  <N extends Moving>(build: (b: Builder, x: Ssa, equation: EquationOf<N>, groups: string) => Ssa) =>
  (b: Builder, equation: EquationOf<N>): void => {
    const x = get(b, equation.inputs[0]!)
    const alone = equation.attrs.size === 1
    put(b, equation.outputs[0]!, alone ? x : build(b, x, equation, among(b, equation.attrs)))
  }

/** A collective that combines elements of several devices. */
const combining = (
  b: Builder,
  name: string,
  op: string,
  x: Ssa,
  attributes: string,
  type: TensorType,
): Ssa => {
  const combine = scalarRegion(b, [x.dtype, x.dtype], (pair) => [elementwise(b, op, pair)])
  const text = `"stablehlo.${name}"(${x.name}) <{${attributes}, use_global_device_ids}> ${combine}`
  return signature(b, text, [x], type)
}

export const collectiveRules: Rules<Moving | 'axisIndex'> = {
  allReduce: collective<'allReduce'>((b, x, { attrs: { kind }, outputs: [y] }, groups) =>
    combining(b, 'all_reduce', kind === 'sum' ? 'add' : 'maximum', x, groups, y!),
  ),
  reduceScatter: collective<'reduceScatter'>((b, x, { attrs: { dim }, outputs: [y] }, groups) =>
    combining(b, 'reduce_scatter', 'add', x, `scatter_dimension = ${dim} : i64, ${groups}`, y!),
  ),
  allGather: collective<'allGather'>((b, x, { attrs: { dim }, outputs: [y] }, groups) =>
    signature(
      b,
      `"stablehlo.all_gather"(${x.name}) <{all_gather_dim = ${dim} : i64, ${groups}, use_global_device_ids}>`,
      [x],
      y!,
    ),
  ),
  allToAll: collective<'allToAll'>((b, x, { attrs: { split, concat, size }, outputs: [y] }, groups) =>
    signature(
      b,
      `"stablehlo.all_to_all"(${x.name}) <{split_dimension = ${split} : i64, concat_dimension = ${concat} : i64, split_count = ${size} : i64, ${groups}}>`,
      [x],
      y!,
    ),
  ),
  /** The device's place in its group, by a table of all devices. */
  axisIndex(b, { attrs, outputs: [y] }) {
    if (attrs.size === 1) return put(b, y!, scalar(b, 0, 'i32'))
    const groups = groupsOver(b, attrs)
    const count = deviceCount(b.mesh!)
    const places = Array.from({ length: count }, (_, d) =>
      groups.find((group) => group.includes(d))!.indexOf(d),
    )
    const type = { dtype: 'i32', shape: [count] } as const
    const table = emit(b, type, `stablehlo.constant dense<[${places.join(', ')}]> : ${tensorType(type)}`)
    const device = emit(b, { dtype: 'u32', shape: [] }, 'stablehlo.partition_id : tensor<ui32>')
    const text = `stablehlo.dynamic_slice ${table.name}, ${device.name}, sizes = [1]`
    put(b, y!, reshape(b, signature(b, text, [table, device], { dtype: 'i32', shape: [1] }), []))
  },
}
