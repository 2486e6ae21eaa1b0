import type { DeviceBuffer, Engine, Executable } from '../engine/engine.ts'
import type { K2Config } from '../nn/config.ts'
import { initialWeightProgram } from '../nn/made-weights.ts'
import type { ParameterSpec } from '../nn/parameters.ts'
import type { Mesh } from '../tensor/mesh.ts'
import { replicated } from '../tensor/mesh.ts'
import { placedOn } from './placements.ts'
import type { StateTensor, StepProgram } from './step.ts'

type Made = Pick<ParameterSpec, 'name' | 'shape' | 'kind' | 'layer'>

/** The optimizer begins with zeros, as the router's biases do. */
const asZeros = ({ name, shape }: StateTensor): Made => ({ name, shape, kind: 'routerBias', layer: null })

/**
 * Fresh weights and an empty optimizer, made on the devices. Tensors that differ in their random numbers alone share a
 * program.
 */
export async function madeState(
  engine: Engine,
  { initializerRange }: K2Config,
  { state, specs, layout }: StepProgram,
  seed: number,
): Promise<DeviceBuffer[]> {
  const mesh: Mesh = layout?.mesh ?? { axes: [] }
  const word = { dtype: 'u32', shape: [] } as const
  const upload = (value: number): DeviceBuffer =>
    engine.upload(word, Uint32Array.of(value), placedOn(mesh, 0))
  const programs = new Map<string, Executable>()
  const buffers: DeviceBuffer[] = []
  using seedBuffer = upload(seed)
  try {
    for (const [i, tensor] of state.entries()) {
      const made = specs[i] ?? asZeros(tensor)
      const key = JSON.stringify([
        made.shape,
        made.kind === 'norm',
        made.kind === 'routerBias',
        tensor.sharding,
      ])
      const executable =
        programs.get(key) ??
        (await engine.compile(
          initialWeightProgram(made, initializerRange, tensor.sharding, mesh),
          layout && { layout: { mesh, inputs: [replicated(0), replicated(0)], outputs: [tensor.sharding] } },
        ))
      programs.set(key, executable)
      using stream = upload(i)
      buffers.push(...(await executable.run([seedBuffer, stream])))
    }
    return buffers
  } catch (error) {
    for (const buffer of buffers) buffer[Symbol.dispose]()
    throw error
  } finally {
    for (const executable of programs.values()) executable[Symbol.dispose]()
  }
}
