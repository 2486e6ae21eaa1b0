import { type OpName, type Program, regionsOf } from '../../tensor/program.ts'
import type { DType } from '../../tensor/types.ts'
import { type Builder, cast, newBuilder, node, placeOf, put, whole } from './builder.ts'
import { collectiveRules } from './collective.ts'
import { contractionRules } from './contraction.ts'
import { controlRules } from './control.ts'
import { elementwiseRules } from './elementwise.ts'
import { fusedRules } from './fused.ts'
import { indexingRules } from './indexing.ts'
import { leafRules } from './leaf.ts'
import { type Graph, serializeModel } from './proto.ts'
import { reductionRules } from './reduction.ts'
import type { Rule, Rules } from './rule.ts'
import { scaledProducts } from './scaled-products.ts'
import { shapeRules } from './shape.ts'

const rules: Rules<OpName> = {
  ...leafRules,
  ...elementwiseRules,
  ...shapeRules,
  ...contractionRules,
  ...reductionRules,
  ...indexingRules,
  ...fusedRules,
  ...controlRules(lowerEquations),
  ...collectiveRules,
}

function lowerEquations(b: Builder, program: Program): void {
  const { alphas, aliases } = scaledProducts(program)
  for (const [id, alpha] of alphas) b.alphas.set(id, alpha)
  for (const equation of program.equations) {
    b.loc = equation.loc
    const product = aliases.get(equation.outputs[0]?.id ?? -1)
    if (product) put(b, equation.outputs[0]!, placeOf(b, product).name)
    else (rules[equation.op] as Rule<OpName>)(b, equation as never)
  }
}

const isStorageOnly = (dtype: DType): dtype is 'bf16' | 'f16' => dtype === 'bf16' || dtype === 'f16'

const usesBitcast = ({ equations }: Program): boolean =>
  equations.some((equation) => equation.op === 'bitcast' || regionsOf(equation).some(usesBitcast))

/** A Program as nodes, and the final name of each value: those of outputs are out0, out1 … */
export interface NamedGraph {
  readonly graph: Graph
  readonly rename: (name: string) => string
}

/** A Program as an ONNX graph. Its inputs are named in0, in1 …, in order. */
export function onnxGraph(program: Program): NamedGraph {
  const b = newBuilder()
  const inputs = program.inputs.map((value, i) => ({ name: `in${i}`, type: value.dtype, shape: value.shape }))
  program.inputs.forEach((value, i) => {
    put(b, value, isStorageOnly(value.dtype) ? cast(b, `in${i}`, 'f32') : `in${i}`)
  })
  lowerEquations(b, program)
  b.loc = 'output'
  const produced = new Set(b.nodes.flatMap((n) => n.outputs))
  const finalNames = new Map<string, string>()
  const outputs = program.outputs.map((value, i) => {
    const name = `out${i}`
    const from = isStorageOnly(value.dtype) ? cast(b, whole(b, value), value.dtype) : whole(b, value)
    const own = !finalNames.has(from) && (produced.has(from) || b.nodes.some((n) => n.outputs.includes(from)))
    finalNames.set(own ? from : node(b, 'Identity', [from]), name)
    return { name, type: value.dtype, shape: value.shape }
  })
  return {
    graph: { name: program.name, inputs, outputs, nodes: b.nodes, initializers: b.initializers },
    rename: (name) => finalNames.get(name) ?? name,
  }
}

/**
 * A Program as a serialized ONNX ModelProto. Its inputs are named in0, in1 …, its outputs out0, out1 …, in order.
 * Everything is computed in f32; bf16 and f16 tensors are converted where they enter, leave or are rounded.
 */
export function lowerToOnnx(program: Program): Uint8Array {
  const { graph, rename } = onnxGraph(program)
  return serializeModel(graph, usesBitcast(program) ? 26 : 21, rename)
}
