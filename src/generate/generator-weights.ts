import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import type { K2Config } from '../nn/config.ts'
import { type ParameterSpec, parameterSpecs } from '../nn/parameters.ts'
import type { Plan } from '../nn/plan.ts'
import { computeBuffers } from './compute-buffers.ts'

/** Weights by parameter name, experts of a layer stacked; or buffers of the engine in the order of `parameterSpecs`. */
export type GeneratorParameters = ReadonlyMap<string, Float32Array> | (() => readonly DeviceBuffer[])

/** Weights of a text; disposing them frees what was made for it alone. */
export interface HeldWeights {
  /** As decoding programs take them. */
  readonly buffers: readonly DeviceBuffer[]
  [Symbol.dispose](): void
}

/** The weights that a generator's texts use. */
export interface GeneratorWeights {
  get(): Promise<HeldWeights>
  [Symbol.dispose](): void
}

const disposeAll = (buffers: readonly DeviceBuffer[]): void => {
  for (const buffer of buffers) buffer[Symbol.dispose]()
}
const borrowed = (buffers: readonly DeviceBuffer[]): HeldWeights => ({ buffers, [Symbol.dispose]() {} })

/** A trainer's parameters, asked for and cast for each text. */
function lentWeights(
  engine: Engine,
  c: K2Config,
  plan: Plan,
  lend: () => readonly DeviceBuffer[],
): GeneratorWeights {
  const names = parameterSpecs(c).map(({ name }) => name)
  return {
    async get() {
      const lent = lend()
      if (plan.dtype === 'f32') return borrowed(lent)
      const give = ({ name }: ParameterSpec): DeviceBuffer => lent[names.indexOf(name)]!
      const buffers = await computeBuffers(engine, c, plan, { give, kept: true })
      return { buffers, [Symbol.dispose]: () => disposeAll(buffers) }
    },
    [Symbol.dispose]() {},
  }
}

/** Weights by name are uploaded once and kept in the plan's dtype alone. */
export function generatorWeights(
  engine: Engine,
  c: K2Config,
  plan: Plan,
  parameters: GeneratorParameters,
): GeneratorWeights {
  if (typeof parameters === 'function') return lentWeights(engine, c, plan, parameters)
  const give = ({ name, shape }: ParameterSpec): DeviceBuffer => {
    const data = parameters.get(name)
    if (data === undefined) throw new Error(`no weights for ${name}`)
    return engine.upload({ dtype: 'f32', shape }, data)
  }
  let buffers = plan.dtype === 'f32' ? parameterSpecs(c).map(give) : undefined
  let casting: Promise<DeviceBuffer[]> | undefined
  let disposed = false
  return {
    async get() {
      casting ??= buffers ? Promise.resolve(buffers) : computeBuffers(engine, c, plan, { give, kept: false })
      const cast = await casting
      if (disposed) {
        disposeAll(cast)
        throw new Error('the generator was disposed')
      }
      buffers = cast
      return borrowed(cast)
    },
    [Symbol.dispose]() {
      disposed = true
      disposeAll(buffers ?? [])
    },
  }
}
