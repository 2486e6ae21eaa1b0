import type { DeviceBuffer, Engine, Executable } from '../engine/engine.ts'
import type { K2Config } from '../nn/config.ts'
import { type ParameterSpec, parameterSpecs } from '../nn/parameters.ts'
import type { Params } from '../nn/params.ts'
import { computeWeights, type Plan } from '../nn/plan.ts'
import type { Program } from '../tensor/program.ts'
import { trace } from '../tensor/trace.ts'
import type { Type } from '../tensor/types.ts'

const parameterType = ({ shape }: ParameterSpec): Type => ({ dtype: 'f32', shape })

/** Parameters to what `computeWeights` makes of them, and its names. */
function castProgram(specs: readonly ParameterSpec[], plan: Plan): { program: Program; names: string[] } {
  let names: string[] = []
  const program = trace('cast', specs.map(parameterType), (...inputs) => {
    const params: Params = Object.fromEntries(specs.map(({ name }, i) => [name, inputs[i]!]))
    const weights = computeWeights(params, specs, plan)
    names = Object.keys(weights)
    return Object.values(weights)
  })
  return { program, names }
}

/** Specs of each layer, and (first) of what is outside the layers: what is cast at once. */
const groups = (c: K2Config): readonly (readonly ParameterSpec[])[] => [
  ...Map.groupBy(parameterSpecs(c), ({ layer }) => layer).values(),
]

/** Names and types of the weights that decoding programs take, in their order. */
export function computeTypes(c: K2Config, plan: Plan): ReadonlyMap<string, Type> {
  if (plan.dtype === 'f32') return new Map(parameterSpecs(c).map((spec) => [spec.name, parameterType(spec)]))
  return new Map(
    groups(c).flatMap((specs) => {
      const { program, names } = castProgram(specs, plan)
      return names.map((name, i): [string, Type] => {
        const { dtype, shape } = program.outputs[i]!
        return [name, { dtype, shape }]
      })
    }),
  )
}

/** Parameters on an engine; `give` is called once for each, and when `kept` is false what it gave is freed. */
export interface ParameterSource {
  give(spec: ParameterSpec): DeviceBuffer
  readonly kept: boolean
}

/**
 * The weights of {@link computeTypes} on an engine, owned by the caller. They are cast layer by layer, so that few
 * parameters lie there in both forms.
 */
export async function computeBuffers(
  engine: Engine,
  c: K2Config,
  plan: Plan,
  { give, kept }: ParameterSource,
): Promise<DeviceBuffer[]> {
  const compiled = new Map<string, Executable>()
  const made: DeviceBuffer[] = []
  try {
    for (const specs of groups(c)) {
      const key = specs.map(({ name, layer }) => name.replace(`layers.${layer}.`, '')).join()
      const cast = compiled.get(key) ?? (await engine.compile(castProgram(specs, plan).program))
      compiled.set(key, cast)
      const parameters = specs.map(give)
      try {
        made.push(...(await cast.run(parameters)))
      } finally {
        if (!kept) for (const buffer of parameters) buffer[Symbol.dispose]()
      }
    }
    return made
  } catch (error) {
    for (const buffer of made) buffer[Symbol.dispose]()
    throw error
  } finally {
    for (const executable of compiled.values()) executable[Symbol.dispose]()
  }
}
