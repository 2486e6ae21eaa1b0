import type { EquationOf, Value } from '../../tensor/program.ts'
import { type Builder, get, put, type Ssa } from './builder.ts'
import { groupedOuterInPasses, groupedProductInPasses } from './capacity-groups.ts'
import { signature } from './forms.ts'
import type { Rules } from './rule.ts'
import { type ElementType, numberList } from './tensor-type.ts'
import { groupedKernel } from './triton/grouped.ts'

type Dims = readonly number[]
type Pair = readonly [Dims, Dims]

/** Product over `contract` for each index of `batch`. The dtype of the result is that of the sum. */
export function dot(
  b: Builder,
  x: Ssa,
  y: Ssa,
  { batch, contract }: { readonly batch: Pair; readonly contract: Pair },
  dtype: ElementType = x.dtype,
): Ssa {
  const pick = (side: Ssa, dims: Dims): Dims => dims.map((d) => side.shape[d]!)
  const free = (side: Ssa, i: 0 | 1): Dims =>
    side.shape.filter((_, d) => !batch[i].includes(d) && !contract[i].includes(d))
  const shape = [...pick(x, batch[0]), ...free(x, 0), ...free(y, 1)]
  const pair = ([left, right]: Pair): string => `${numberList(left)} x ${numberList(right)}`
  const batching = batch[0].length === 0 ? '' : `batching_dims = ${pair(batch)}, `
  // f32 products are only where f32 matters; by default they would be rounded to tf32.
  const precision = x.dtype === 'f32' ? 'HIGHEST, HIGHEST' : 'DEFAULT, DEFAULT'
  return signature(
    b,
    `stablehlo.dot_general ${x.name}, ${y.name}, ${batching}contracting_dims = ${pair(contract)}, precision = [${precision}]`,
    [x, y],
    { dtype, shape },
  )
}

/** Whether a kernel of our own takes the equation over. */
const byKernel = (b: Builder, equation: EquationOf<'groupedDot'> | EquationOf<'groupedOuter'>): boolean =>
  b.platform === 'cuda' && equation.inputs[0]!.dtype === 'bf16' && groupedKernel(b, equation)

const operands = (b: Builder, inputs: readonly Value[]): [Ssa, Ssa, Ssa] => {
  const [x, y, sizes] = inputs.map((value) => get(b, value))
  return [x!, y!, sizes!]
}

export const contractionRules: Rules<'dot' | 'groupedDot' | 'groupedOuter'> = {
  dot(b, { inputs, attrs, outputs: [z] }) {
    const [x, y] = inputs.map((value) => get(b, value))
    put(b, z!, dot(b, x!, y!, attrs, b.wide.has(z!.id) ? 'f32' : z!.dtype))
  },
  groupedDot(b, equation) {
    if (byKernel(b, equation)) return
    const { inputs, attrs, outputs } = equation
    put(b, outputs[0]!, groupedProductInPasses(b, ...operands(b, inputs), attrs.contract))
  },
  groupedOuter(b, equation) {
    if (byKernel(b, equation)) return
    put(b, equation.outputs[0]!, groupedOuterInPasses(b, ...operands(b, equation.inputs)))
  },
}
