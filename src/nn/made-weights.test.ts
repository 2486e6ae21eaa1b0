import { expect, test } from 'vitest'
import { interpretOnDevices } from '../engine/reference/devices.ts'
import { initialWeights } from './initial-weights.ts'
import { initialWeightProgram } from './made-weights.ts'
import { parameterSpecs } from './parameters.ts'
import { stateSharding } from './sharding.ts'
import { tinyK2 } from './traced.fixture.ts'

const model = { ...tinyK2, numAttentionHeads: 4, moeIntermediateSize: 6 }

test.each([
  ['one device', {}],
  ['two', { data: 2 }],
  ['eight', { data: 2, expert: 2, tensor: 2 }],
])('on %s the weights are those that the host makes', (_, sizes) => {
  const mesh = { axes: Object.entries(sizes).map(([name, size]) => ({ name, size })) }
  const wanted = initialWeights(model, 7)
  parameterSpecs(model).forEach((spec, stream) => {
    const sharding = stateSharding(spec, mesh)
    const program = initialWeightProgram(spec, model.initializerRange, sharding, mesh)
    const layout = { mesh, inputs: [[], []], outputs: [sharding] }
    const [found] = interpretOnDevices(program, layout, [
      { dtype: 'u32', shape: [], data: Uint32Array.of(7) },
      { dtype: 'u32', shape: [], data: Uint32Array.of(stream) },
    ])
    const apart = Math.max(...wanted.get(spec.name)!.map((x, i) => Math.abs(x - found!.data[i]!)))
    expect(apart, spec.name).toBeLessThan(1e-6)
  })
})
