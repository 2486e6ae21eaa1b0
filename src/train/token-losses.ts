import type { HeldOutBatch } from '../data/held-out.ts'
import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import type { K2Config } from '../nn/config.ts'
import { crossEntropy } from '../nn/loss.ts'
import { tokenAxes } from '../nn/mesh-axes.ts'
import { forward, headWeight } from '../nn/model.ts'
import { parameterSpecs } from '../nn/parameters.ts'
import { computeWeights, hostPlan } from '../nn/plan.ts'
import { stateSharding } from '../nn/sharding.ts'
import { shardType } from '../tensor/mesh.ts'
import { gatherOver } from '../tensor/ops/collective.ts'
import { scalar } from '../tensor/ops/leaf.ts'
import { broadcast, reshape } from '../tensor/ops/shape.ts'
import { trace } from '../tensor/trace.ts'
import type { Type } from '../tensor/types.ts'
import { atOnceFromEngine, fromEngine } from './engine-failure.ts'
import type { EvaluationOptions } from './evaluation.ts'
import { batchPlacement, layoutOf, placedOn } from './placements.ts'

/** Scores single tokens with weights that stay on the engine. */
export interface TokenLosses extends Disposable {
  /** Negative log-likelihood of each target in nats, [B·T]. */
  score(
    params: readonly DeviceBuffer[],
    batch: Pick<HeldOutBatch, 'inputIds' | 'targetIds' | 'documentIds'>,
  ): Promise<Float32Array>
}

/** Compiles `(parameters, inputIds, targetIds, documentIds) → nll` for batches of one shape; documents are apart. */
export async function createTokenLosses(
  engine: Engine,
  c: K2Config,
  { sequences: B, sequenceLength: T, plan = hostPlan }: Omit<EvaluationOptions, 'separateDocuments'>,
): Promise<TokenLosses> {
  const { mesh } = plan
  const specs = parameterSpecs(c)
  const ids: Type = { dtype: 'i32', shape: [B, T] }
  const idsAt = batchPlacement(mesh, 2, 0)
  const placements = [
    ...specs.map((spec) => placedOn(mesh, spec.shape.length, { mesh, sharding: stateSharding(spec, mesh) })),
    ...[idsAt, idsAt, idsAt],
  ]
  const types = [...specs.map(({ shape }): Type => ({ dtype: 'f32', shape })), ids, ids, ids]
  const own = types.map((type, i) => (placements[i] === undefined ? type : shardType(type, placements[i])))
  const program = trace('token_losses', own, (...inputs) => {
    const kept = Object.fromEntries(specs.map(({ name }, i) => [name, inputs[i]!]))
    const params = plan.shardParameters ? kept : computeWeights(kept, specs, plan)
    const [inputIds, targetIds, documentIds] = inputs.slice(specs.length)
    const { hidden_ND } = forward(params, c, inputIds!, documentIds!, plan)
    const targets_N = reshape(targetIds!, [-1])
    const weight_N = broadcast(scalar(0), targets_N.shape)
    const { nll_N } = crossEntropy(hidden_ND, headWeight(params, c, plan), targets_N, weight_N, plan)
    return [gatherOver(nll_N, mesh, tokenAxes, 0)]
  })
  const executable = await engine.compile(
    program,
    layoutOf(program, mesh, { inputs: placements, outputs: [] }),
  )
  return {
    async score(params, { inputIds, targetIds, documentIds }) {
      const buffers: DeviceBuffer[] = []
      try {
        for (const x of [inputIds, targetIds, documentIds])
          buffers.push(atOnceFromEngine(() => engine.upload(ids, x, idsAt)))
        const [nll] = await fromEngine(executable.run([...params, ...buffers]))
        buffers.push(nll!)
        const values = (await fromEngine(nll!.read())) as Float32Array
        // What was read may be the engine's memory, which goes with the buffer.
        return values.slice()
      } finally {
        for (const buffer of buffers) buffer[Symbol.dispose]()
      }
    },
    [Symbol.dispose]: () => executable[Symbol.dispose](),
  }
}
