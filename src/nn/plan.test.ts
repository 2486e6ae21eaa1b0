import { expect, test } from 'vitest'
import { grad } from '../tensor/grad.ts'
import { scalar } from '../tensor/ops/leaf.ts'
import { broadcast, reshape } from '../tensor/ops/shape.ts'
import { trace } from '../tensor/trace.ts'
import { crossEntropy } from './loss.ts'
import { forward } from './model.ts'
import { parameterSpecs } from './parameters.ts'
import { param } from './params.ts'
import { acceleratorPlan, computeWeights, type Plan } from './plan.ts'
import { tinyK2 } from './traced.fixture.ts'

const specs = parameterSpecs(tinyK2)
const types = specs.map(({ shape }) => ({ dtype: 'f32', shape }) as const)
const ids = { dtype: 'i32', shape: [2, 4] } as const

/** Dtypes of the weights as they are multiplied, and the gradients' types. */
function traced(plan: Plan) {
  const dtypes = new Map<string, string>()
  const program = trace('step', [...types, ids, ids], (...inputs) => {
    const params = Object.fromEntries(specs.map(({ name }, i) => [name, inputs[i]!]))
    const weights = computeWeights(params, specs, plan)
    for (const [name, { dtype }] of Object.entries(weights)) dtypes.set(name, dtype)
    const [inputIds, targetIds] = inputs.slice(specs.length)
    const { hidden_ND } = forward(weights, tinyK2, inputIds!, null, plan)
    const weight = broadcast(scalar(1 / 8), [8])
    const head = param(weights, 'lm_head.weight')
    const { total } = crossEntropy(hidden_ND, head, reshape(targetIds!, [8]), weight, plan)
    const trained = specs.filter(({ kind }) => kind !== 'routerBias')
    return grad(
      total,
      trained.map(({ name }) => params[name]!),
    )
  })
  return { dtypes, gradients: program.outputs.map(({ dtype }) => dtype) }
}

test('under bf16 norms, router and embedding stay f32; gradients of the masters are f32', () => {
  const { dtypes, gradients } = traced(acceleratorPlan)
  const wide = [...dtypes].filter(([, dtype]) => dtype === 'f32').map(([name]) => name)
  expect(wide.every((name) => /norm|embed_tokens|mlp\.gate\./.test(name))).toBe(true)
  expect(dtypes.get('lm_head.weight')).toBe('bf16')
  expect(new Set(gradients)).toEqual(new Set(['f32']))
})

test.each([
  'lm_head.weight',
  'o_proj.weight',
  'q_b_proj.weight',
  'kv_b_proj.weight',
  'experts.down_proj.weight',
  'experts.gate_proj.weight',
  'shared_experts.up_proj.weight',
])('%s can stay f32 too', (ending) => {
  const { dtypes, gradients } = traced({ ...acceleratorPlan, float32Tensors: [ending] })
  const named = [...dtypes].filter(([name]) => name.endsWith(ending))
  expect(named.length).toBeGreaterThan(0)
  expect(named.every(([, dtype]) => dtype === 'f32')).toBe(true)
  expect(new Set(gradients)).toEqual(new Set(['f32']))
})
