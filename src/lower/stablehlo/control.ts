import type { Program, Value } from '../../tensor/program.ts'
import { type Builder, emitAll, get, put, type Ssa } from './builder.ts'
import { branch, compare, elementwise, reshape, scalar, signature, splat, whileLoop } from './forms.ts'
import { kernels } from './kernels/table.ts'
import type { Rules } from './rule.ts'
import { numberList, tensorType } from './tensor-type.ts'

/** Lowers a region's equations; module.ts ties the knot. */
export type LowerEquations = (b: Builder, program: Program) => void

/** Row `index` of a sliced input. */
function row(b: Builder, x: Ssa, index: Ssa): Ssa {
  const zero = scalar(b, 0, 'i32')
  const starts = [index, ...x.shape.slice(1).map(() => zero)]
  const sizes = x.shape.with(0, 1)
  const names = [x, ...starts].map(({ name }) => name).join(', ')
  const text = `stablehlo.dynamic_slice ${names}, sizes = ${numberList(sizes)}`
  return reshape(b, signature(b, text, [x, ...starts], { dtype: x.dtype, shape: sizes }), x.shape.slice(1))
}

/** `rows` with row `index` replaced. */
function withRow(b: Builder, rows: Ssa, index: Ssa, x: Ssa): Ssa {
  const zero = scalar(b, 0, 'i32')
  const operands = [rows, reshape(b, x, [1, ...x.shape]), index, ...x.shape.map(() => zero)]
  const names = operands.map(({ name }) => name).join(', ')
  return signature(b, `stablehlo.dynamic_update_slice ${names}`, operands, rows)
}

export const controlRules = (
  lower: LowerEquations,
): Rules<'stopGradient' | 'barrier' | 'loop' | 'cond' | 'checkpoint' | 'customGrad' | 'kernel'> => {
  /** The values of a region's outputs, given those of its inputs. */
  const called = (b: Builder, body: Program, inputs: readonly Ssa[]): readonly Ssa[] => {
    body.inputs.forEach((input, i) => {
      put(b, input, inputs[i]!)
    })
    const { label, loc } = b
    lower(b, body)
    Object.assign(b, { label, loc })
    return body.outputs.map((output) => get(b, output))
  }
  const putAll = (b: Builder, values: readonly Value[], made: readonly Ssa[]): void =>
    values.forEach((value, i) => {
      put(b, value, made[i]!)
    })
  const inlined = (b: Builder, body: Program, inputs: readonly Value[], outputs: readonly Value[]): void =>
    putAll(
      b,
      outputs,
      called(
        b,
        body,
        inputs.map((x) => get(b, x)),
      ),
    )
  return {
    stopGradient: (b, { inputs: [x], outputs: [y] }) => put(b, y!, get(b, x!)),
    barrier(b, { inputs, outputs }) {
      const operands = inputs.map((x) => get(b, x))
      if (operands.length === 0) return
      const names = operands.map(({ name }) => name).join(', ')
      const types = operands.map(tensorType).join(', ')
      putAll(b, outputs, emitAll(b, operands, `stablehlo.optimization_barrier ${names} : ${types}`))
    },
    checkpoint: (b, { inputs, attrs: { body }, outputs }) => inlined(b, body, inputs, outputs),
    customGrad: (b, { inputs, attrs: { body }, outputs }) => inlined(b, body, inputs, outputs),
    kernel(b, equation) {
      if (kernels[equation.attrs.name]?.(b, equation)) return
      inlined(b, equation.attrs.body, equation.inputs, equation.outputs)
    },
    loop(b, { inputs, attrs: { trips, body, carries, sliced }, outputs }) {
      const operands = inputs.map((x) => get(b, x))
      const stacks = outputs.slice(carries).map((type) => splat(b, 0, type))
      if (trips === 0) return putAll(b, outputs, [...operands.slice(0, carries), ...stacks])
      const start = [
        scalar(b, 0, 'i32'),
        ...operands.slice(0, carries),
        ...stacks,
        ...operands.slice(carries),
      ]
      const made = whileLoop(
        b,
        start,
        ([index]) => compare(b, 'lt', index!, scalar(b, trips, 'i32')),
        ([index, ...state]) => {
          const rows = state.slice(carries, carries + stacks.length)
          const read = state.slice(carries + stacks.length)
          const results = called(b, body, [
            index!,
            ...state.slice(0, carries),
            ...read.slice(0, sliced).map((x) => row(b, x, index!)),
            ...read.slice(sliced),
          ])
          const next = elementwise(b, 'add', [index!, scalar(b, 1, 'i32')])
          return [
            next,
            ...results.slice(0, carries),
            ...rows.map((stack, i) => withRow(b, stack, index!, results[carries + i]!)),
            ...read,
          ]
        },
      )
      putAll(b, outputs, made.slice(1))
    },
    cond(b, { inputs: [predicate, ...args], attrs: { whenTrue, whenFalse }, outputs }) {
      const operands = args.map((x) => get(b, x))
      const side = (program: Program) => () => called(b, program, operands)
      putAll(b, outputs, branch(b, get(b, predicate!), outputs, side(whenTrue), side(whenFalse)))
    },
  }
}
