import { get, put } from './builder.ts'
import { broadcast, convert, elementwise } from './forms.ts'
import { maximum, sum, sumType } from './reduction.ts'
import type { Rules } from './rule.ts'

export const fusedRules: Rules<'softmax'> = {
  /** Exponents are taken below the row's largest element and, like their sum, in f32. */
  softmax(b, { inputs: [operand], outputs: [y] }) {
    const { dtype } = y!
    const x = convert(b, get(b, operand!), sumType(dtype))
    const last = x.shape.length - 1
    const lead = x.shape.slice(0, last).map((_, d) => d)
    const top = broadcast(b, maximum(b, x, [last]), x.shape, lead)
    const powers = elementwise(b, 'exponential', [elementwise(b, 'subtract', [x, top])])
    const total = broadcast(b, sum(b, powers, [last]), x.shape, lead)
    put(b, y!, convert(b, elementwise(b, 'divide', [powers, total]), dtype))
  },
}
