import type { Program, Value } from '../../tensor/program.ts'
import {
  type Builder,
  cast,
  freshName,
  initializer,
  int64,
  nested,
  node,
  placeOf,
  portOf,
  put,
  whole,
} from './builder.ts'
import type { Port } from './proto.ts'
import type { Rules } from './rule.ts'

/** Lowers a region's equations; model.ts ties the knot. */
export type LowerEquations = (b: Builder, program: Program) => void

/** Ports of a body's outputs. A value that the body only passes on needs a node of its own. */
function bodyOutputs(b: Builder, values: readonly Value[]): Port[] {
  return values.map((value) => portOf(node(b, 'Identity', [whole(b, value)]), value))
}

export const controlRules = (
  lower: LowerEquations,
): Rules<'stopGradient' | 'barrier' | 'loop' | 'cond' | 'checkpoint' | 'customGrad' | 'kernel'> => {
  const alias = (b: Builder, y: Value, x: Value): void => put(b, y, placeOf(b, x).name, placeOf(b, x).shape)
  const inlined = (b: Builder, body: Program, inputs: readonly Value[], outputs: readonly Value[]): void => {
    body.inputs.forEach((input, i) => {
      alias(b, input, inputs[i]!)
    })
    lower(b, body)
    outputs.forEach((output, i) => {
      alias(b, output, body.outputs[i]!)
    })
  }
  return {
    stopGradient: (b, { inputs: [x], outputs: [y] }) => alias(b, y!, x!),
    // The session is told not to merge equal nodes, so an alias keeps a recomputation apart.
    barrier: (b, { inputs, outputs }) =>
      outputs.forEach((y, i) => {
        alias(b, y, inputs[i]!)
      }),
    checkpoint: (b, { inputs, attrs: { body }, outputs }) => inlined(b, body, inputs, outputs),
    customGrad: (b, { inputs, attrs: { body }, outputs }) => inlined(b, body, inputs, outputs),
    kernel: (b, { inputs, attrs: { body }, outputs }) => inlined(b, body, inputs, outputs),
    loop(b, { inputs, attrs: { trips, body, carries, sliced }, outputs }) {
      const outer = inputs.map((value) => whole(b, value))
      const [index, ...rest] = body.inputs as [Value, ...Value[]]
      const trip = freshName(b)
      const condition = freshName(b)
      const carried = rest.slice(0, carries).map((value) => portOf(freshName(b), value))
      const ports: Port[] = [
        { name: trip, type: 'i64', shape: [] },
        { name: condition, type: 'bool', shape: [] },
        ...carried,
      ]
      const graph = nested(b, body.name, ports, () => {
        put(b, index, cast(b, trip, 'i32'))
        rest.forEach((value, i) => {
          if (i < carries) put(b, value, carried[i]!.name)
          else if (i < carries + sliced)
            put(b, value, node(b, 'Gather', [outer[i]!, trip], { axis: { i: 0 } }))
          else put(b, value, outer[i]!)
        })
        lower(b, body)
        return [
          { name: node(b, 'Identity', [condition]), type: 'bool', shape: [] },
          ...bodyOutputs(b, body.outputs),
        ]
      })
      const always = initializer(b, 'bool', [], Uint8Array.of(1))
      const names = Array.from({ length: outputs.length }, () => freshName(b))
      b.nodes.push({
        opType: 'Loop',
        domain: '',
        inputs: [int64(b, trips), always, ...outer.slice(0, carries)],
        outputs: names,
        attributes: { body: { g: graph } },
        loc: b.loc,
      })
      outputs.forEach((y, i) => {
        put(b, y, names[i]!)
      })
    },
    cond(b, { inputs: [predicate, ...args], attrs: { whenTrue, whenFalse }, outputs }) {
      const test = whole(b, predicate!)
      const outer = args.map((value) => whole(b, value))
      const branch = (program: Program) =>
        nested(b, program.name, [], () => {
          program.inputs.forEach((value, i) => {
            put(b, value, outer[i]!)
          })
          lower(b, program)
          return bodyOutputs(b, program.outputs)
        })
      const names = outputs.map(() => freshName(b))
      b.nodes.push({
        opType: 'If',
        domain: '',
        inputs: [test],
        outputs: names,
        attributes: { then_branch: { g: branch(whenTrue) }, else_branch: { g: branch(whenFalse) } },
        loc: b.loc,
      })
      outputs.forEach((y, i) => {
        put(b, y, names[i]!)
      })
    },
  }
}
