import type { Equation, Program, Value } from '../../tensor/program.ts'

const isNarrow = ({ dtype }: Value): boolean => dtype === 'bf16' || dtype === 'f16'

/**
 * Products of narrow floats whose one use, past reshapes and transposes, is a conversion to f32 that is read once: a
 * gradient on its way into a sum. They are computed with an f32 result, which is not rounded on its way. What is read
 * more often, as by a norm, is cheaper kept narrow.
 *
 * @returns the ids of those products
 */
export function wideProducts(program: Program): ReadonlySet<number> {
  const users = new Map<number, (Equation | null)[]>()
  const use = (value: Value, user: Equation | null): void => {
    const list = users.get(value.id)
    if (list) list.push(user)
    else users.set(value.id, [user])
  }
  for (const equation of program.equations) for (const input of equation.inputs) use(input, equation)
  for (const output of program.outputs) use(output, null)
  const endsWide = (value: Value): boolean => {
    const [user, ...others] = users.get(value.id) ?? []
    if (!user || others.length > 0) return false
    if (user.op === 'reshape' || user.op === 'transpose') return endsWide(user.outputs[0]!)
    return user.op === 'convert' && user.attrs.dtype === 'f32' && users.get(user.outputs[0]!.id)?.length === 1
  }
  const products = program.equations.filter(({ op, outputs }) => op === 'dot' && isNarrow(outputs[0]!))
  return new Set(products.flatMap(({ outputs: [y] }) => (endsWide(y!) ? [y!.id] : [])))
}
