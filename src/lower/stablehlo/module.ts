import { deviceCount, type Layout, wholeShape } from '../../tensor/mesh.ts'
import type { OpName, Program, Value } from '../../tensor/program.ts'
import { type Builder, get, indented, newBuilder, type Platform, put, region, type Ssa } from './builder.ts'
import { collectiveRules } from './collective.ts'
import { contractionRules } from './contraction.ts'
import { controlRules } from './control.ts'
import { elementwiseRules } from './elementwise.ts'
import { convert } from './forms.ts'
import { fusedRules } from './fused.ts'
import { indexingRules } from './indexing.ts'
import { manualAxes, manualSharding, meshText, realLayout, shardingAttribute } from './layout.ts'
import { leafRules } from './leaf.ts'
import { locationText } from './location.ts'
import { reductionRules } from './reduction.ts'
import type { Rule, Rules } from './rule.ts'
import { shapeRules } from './shape.ts'
import { resultTypes, type TensorType, tensorType, typeList } from './tensor-type.ts'
import { wideProducts } from './wide-products.ts'

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
  for (const id of wideProducts(program)) b.wide.add(id)
  for (const equation of program.equations) {
    b.label = equation.op
    b.loc = locationText(equation.loc)
    ;(rules[equation.op] as Rule<OpName>)(b, equation as never)
  }
}

export interface StableHloOptions {
  /** The first `donate` inputs give their memory to the first `donate` outputs. */
  readonly donate?: number
  /** Makes of a per-device program one of the whole mesh. */
  readonly layout?: Layout
  /** Where the text will run; by default it has plain ops only. */
  readonly platform?: Platform
}

const named = (types: readonly TensorType[], prefix: string): Ssa[] =>
  types.map(({ dtype, shape }, i) => ({ dtype, shape, name: `%${prefix}${i}` }))

const ports = (values: readonly Ssa[]): string => values.map((x) => `${x.name}: ${tensorType(x)}`).join(', ')

/** The program's equations on the given inputs, ended by `terminator`. */
const body = (b: Builder, program: Program, inputs: readonly Ssa[], terminator: string): string =>
  region(b, terminator, () => {
    program.inputs.forEach((value, i) => {
      put(b, value, inputs[i]!)
    })
    lowerEquations(b, program)
    return program.outputs.map((value) => convert(b, get(b, value), value.dtype))
  })

/** A per-device program inside one of the whole: its operands are cut into shards, its results put together. */
function manualBody(
  b: Builder,
  program: Program,
  { mesh, inputs, outputs }: Layout,
  given: readonly Ssa[],
  made: readonly TensorType[],
): string {
  const shards = named(program.inputs, 'shard')
  const cut = given.map((_, i) => manualSharding(mesh, inputs[i]!)).join(', ')
  const joined = made.map((_, i) => manualSharding(mesh, outputs[i]!)).join(', ')
  const inner = body(b, program, shards, 'sdy.return')
  const operands = given.map(({ name }) => name).join(', ')
  const results = made.map((_, i) => (made.length === 1 ? '%whole' : `%whole#${i}`)).join(', ')
  return indented([
    `%whole${made.length === 1 ? '' : `:${made.length}`} = sdy.manual_computation(${operands}) in_shardings=[${cut}] out_shardings=[${joined}] manual_axes=${manualAxes(mesh)} (${ports(shards)}) {`,
    inner,
    `} : ${typeList(given)} -> ${resultTypes(made)}`,
    `return ${results} : ${made.map(tensorType).join(', ')}`,
  ])
}

/**
 * A Program as the text of a StableHLO module with one public function `main`. Its types are those of the whole tensors,
 * also where a layout spreads them over several devices.
 *
 * @throws Error if the program has collectives among several devices and no layout is given
 */
export function lowerToStableHlo(program: Program, options: StableHloOptions = {}): string {
  const layout = realLayout(options.layout)
  const b = newBuilder(options.platform ?? 'cpu', layout?.mesh ?? null)
  const whole = (values: readonly Value[], shardings: Layout['inputs'] | undefined): TensorType[] =>
    values.map(({ dtype, shape }, i) => ({
      dtype,
      shape: layout ? wholeShape(shape, { mesh: layout.mesh, sharding: shardings![i]! }) : shape,
    }))
  const given = named(whole(program.inputs, layout?.inputs), 'in')
  const made = whole(program.outputs, layout?.outputs)
  const attributes = (texts: readonly (string | null)[]): string => {
    const present = texts.filter((text) => text !== null)
    return present.length === 0 ? '' : ` {${present.join(', ')}}`
  }
  const parameters = given.map((x, i) => {
    const alias = i < (options.donate ?? 0) ? `tf.aliasing_output = ${i} : i32` : null
    const sharding = layout ? shardingAttribute(layout.inputs[i]!) : null
    return `${x.name}: ${tensorType(x)}${attributes([sharding, alias])}`
  })
  const results = made.map((type, i) => {
    const sharding = layout ? shardingAttribute(layout.outputs[i]!) : null
    return `${tensorType(type)}${attributes([sharding])}`
  })
  const name = program.name.replace(/\W/g, '_')
  const partitions = layout ? deviceCount(layout.mesh) : 1
  return `${[
    `module @${name} attributes {mhlo.num_partitions = ${partitions} : i32, mhlo.num_replicas = 1 : i32} {`,
    ...(layout ? [indented([meshText(layout.mesh)])] : []),
    indented([
      `func.func public @main(${parameters.join(', ')}) -> (${results.join(', ')}) {`,
      layout ? manualBody(b, program, layout, given, made) : body(b, program, given, 'return'),
      '}',
    ]),
    '}',
  ].join('\n')}\n`
}
