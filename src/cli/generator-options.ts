import type { GeneratorOptions } from '../generate/generate.ts'
import { acceleratorPlan } from '../nn/plan.ts'
import type { EngineChoice } from './open-engine.ts'

/** On accelerators tokens are chosen where the logits are, so that no step waits for the host. */
export const generatorOptions = ({
  name,
  precision,
}: Pick<EngineChoice, 'name' | 'precision'>): GeneratorOptions =>
  name === 'xla'
    ? { plan: { ...acceleratorPlan, dtype: precision === 'bf16' ? 'bf16' : 'f32' }, choice: 'device' }
    : {}
