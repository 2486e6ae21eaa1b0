import { toF32 } from '../checkpoint/convert-tensor.ts'
import { matchTensors } from '../checkpoint/match-tensors.ts'
import type { TensorEntry, TensorSource } from '../checkpoint/tensor-source.ts'
import type { K2Config } from '../nn/config.ts'
import { hfTensors, type ParameterSpec, parameterSpecs } from '../nn/parameters.ts'
import { sizeOf } from '../tensor/types.ts'

/** A model's weights in float32 by parameter name, experts of a layer stacked. */
export type Weights = ReadonlyMap<string, Float32Array>

/** One tensor of the model, experts stacked, from a checkpoint in the released layout. */
export async function readParameter(source: TensorSource, spec: ParameterSpec): Promise<Float32Array> {
  const parts = hfTensors(spec)
  const data = new Float32Array(sizeOf(spec.shape))
  let offset = 0
  for (const { name } of parts) {
    const tensor = toF32(await source.read(name))
    data.set(tensor.data, offset)
    offset += tensor.data.length
  }
  return data
}

/**
 * Reads a checkpoint in the released layout, from any of its dtypes.
 *
 * @throws UserError naming missing, extra and misshapen tensors
 */
export async function readWeights(source: TensorSource, config: K2Config): Promise<Weights> {
  const specs = parameterSpecs(config)
  matchTensors(source, specs.flatMap(hfTensors))
  const weights = new Map<string, Float32Array>()
  for (const spec of specs) weights.set(spec.name, await readParameter(source, spec))
  return weights
}

/**
 * The weights as tensors of the released layout, to be written to a checkpoint in this order: each tensor of the model
 * is asked for once, when the first of its released tensors is written, so that one is on the host at a time.
 */
export function streamedWeightEntries(
  config: K2Config,
  read: (name: string) => Promise<Float32Array>,
): TensorEntry[] {
  let held: { readonly name: string; readonly data: Promise<Float32Array> } | null = null
  const whole = (name: string): Promise<Float32Array> => {
    if (held?.name !== name) held = { name, data: read(name) }
    return held.data
  }
  return parameterSpecs(config).flatMap((spec) => {
    let end = 0
    return hfTensors(spec).map(({ name, shape }): TensorEntry => {
      const begin = end
      end += sizeOf(shape)
      const part = [begin, end] as const
      return {
        name,
        type: { dtype: 'f32', shape },
        read: async () => ({ dtype: 'f32', shape, data: (await whole(spec.name)).subarray(...part) }),
      }
    })
  })
}

/** The same of weights that are on the host. */
export function weightEntries(config: K2Config, weights: Weights): TensorEntry[] {
  for (const { name } of parameterSpecs(config))
    if (!weights.has(name)) throw new Error(`no weights for ${name}`)
  return streamedWeightEntries(config, async (name) => weights.get(name)!)
}
