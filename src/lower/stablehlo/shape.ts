import { sizeOf } from '../../tensor/types.ts'
import { emit, get, put } from './builder.ts'
import { broadcast, reshape, scalar, signature } from './forms.ts'
import type { Rules } from './rule.ts'
import { numberList, tensorType } from './tensor-type.ts'

export const shapeRules: Rules<
  | 'reshape'
  | 'transpose'
  | 'broadcast'
  | 'slice'
  | 'pad'
  | 'concat'
  | 'reverse'
  | 'dynamicSlice'
  | 'dynamicUpdateSlice'
> = {
  reshape: (b, { inputs: [x], attrs: { shape }, outputs: [y] }) => put(b, y!, reshape(b, get(b, x!), shape)),
  transpose(b, { inputs: [x], attrs: { permutation }, outputs: [y] }) {
    const operand = get(b, x!)
    const type = { dtype: operand.dtype, shape: y!.shape }
    put(
      b,
      y!,
      signature(b, `stablehlo.transpose ${operand.name}, dims = ${numberList(permutation)}`, [operand], type),
    )
  },
  broadcast: (b, { inputs: [x], attrs: { shape, dims }, outputs: [y] }) =>
    put(b, y!, broadcast(b, get(b, x!), shape, dims)),
  slice(b, { inputs: [x], attrs: { start, limit, stride }, outputs: [y] }) {
    const operand = get(b, x!)
    const ranges = start.map((s, d) => `${s}:${limit[d]}${stride[d] === 1 ? '' : `:${stride[d]}`}`)
    put(b, y!, signature(b, `stablehlo.slice ${operand.name} [${ranges.join(', ')}]`, [operand], y!))
  },
  pad(b, { inputs: [x], attrs: { low, high, value }, outputs: [y] }) {
    const operand = get(b, x!)
    const fill = scalar(b, value, y!.dtype)
    const text = `low = ${numberList(low)}, high = ${numberList(high)}, interior = ${numberList(low.map(() => 0))}`
    put(b, y!, signature(b, `stablehlo.pad ${operand.name}, ${fill.name}, ${text}`, [operand, fill], y!))
  },
  concat(b, { inputs, attrs: { dim }, outputs: [y] }) {
    const parts = inputs.map((x) => get(b, x))
    const names = parts.map((x) => x.name).join(', ')
    put(b, y!, signature(b, `stablehlo.concatenate ${names}, dim = ${dim}`, parts, y!))
  },
  reverse(b, { inputs: [x], attrs: { dims }, outputs: [y] }) {
    const { name } = get(b, x!)
    put(b, y!, emit(b, y!, `stablehlo.reverse ${name}, dims = ${numberList(dims)} : ${tensorType(y!)}`))
  },
  dynamicSlice(b, { inputs, attrs: { sizes }, outputs: [y] }) {
    const operands = inputs.map((x) => get(b, x))
    if (sizes.length === 0) return put(b, y!, operands[0]!)
    const names = operands.map((x) => x.name).join(', ')
    put(b, y!, signature(b, `stablehlo.dynamic_slice ${names}, sizes = ${numberList(sizes)}`, operands, y!))
  },
  dynamicUpdateSlice(b, { inputs, outputs: [y] }) {
    const operands = inputs.map((x) => get(b, x))
    const [x, update] = operands
    if (x!.shape.length === 0) return put(b, y!, update!)
    if (sizeOf(update!.shape) === 0) return put(b, y!, x!)
    const names = operands.map((operand) => operand.name).join(', ')
    put(b, y!, signature(b, `stablehlo.dynamic_update_slice ${names}`, operands, y!))
  },
}
