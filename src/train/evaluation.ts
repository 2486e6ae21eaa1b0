import { bitsPerByte, type HeldOutBatch, type HeldOutBatches } from '../data/held-out.ts'
import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import type { K2Config } from '../nn/config.ts'
import { crossEntropy } from '../nn/loss.ts'
import { tokenAxes } from '../nn/mesh-axes.ts'
import { forward, headWeight } from '../nn/model.ts'
import { parameterSpecs } from '../nn/parameters.ts'
import { computeWeights, hostPlan, type Plan } from '../nn/plan.ts'
import { stateSharding } from '../nn/sharding.ts'
import { type Placement, shardType } from '../tensor/mesh.ts'
import { sumOver } from '../tensor/ops/collective.ts'
import { reshape } from '../tensor/ops/shape.ts'
import { trace } from '../tensor/trace.ts'
import type { Type, TypedArray } from '../tensor/types.ts'
import { atOnceFromEngine, fromEngine } from './engine-failure.ts'
import { batchPlacement, layoutOf, placedOn } from './placements.ts'

export interface HeldOutScore {
  /** Nats a token. */
  readonly loss: number
  readonly bitsPerByte: number
  readonly tokens: number
  readonly bytes: number
}

/** Scores held-out text with weights that stay on the engine. */
export interface Evaluation extends Disposable {
  score(params: readonly DeviceBuffer[], signal?: AbortSignal): Promise<HeldOutScore>
}

export interface EvaluationOptions {
  readonly sequences: number
  readonly sequenceLength: number
  readonly separateDocuments: boolean
  /** How the model is written for the engine; for one host without it. */
  readonly plan?: Plan
}

/** Compiles `(parameters, inputIds, targetIds, documentIds?, lossMask) → Σ mask · nll`. */
export async function createEvaluation(
  engine: Engine,
  c: K2Config,
  heldOut: HeldOutBatches,
  options: EvaluationOptions,
): Promise<Evaluation> {
  const { sequences: B, sequenceLength: T, separateDocuments } = options
  const { plan = hostPlan } = options
  const { mesh } = plan
  const specs = parameterSpecs(c)
  const ids: Type = { dtype: 'i32', shape: [B, T] }
  const mask: Type = { dtype: 'f32', shape: [B * T] }
  const [idsAt, maskAt] = [batchPlacement(mesh, 2, 0), batchPlacement(mesh, 1, 0)]
  const placements = [
    ...specs.map((spec) => placedOn(mesh, spec.shape.length, { mesh, sharding: stateSharding(spec, mesh) })),
    ...(separateDocuments ? [idsAt, idsAt, idsAt] : [idsAt, idsAt]),
    maskAt,
  ]
  const wholeTypes: Type[] = [
    ...specs.map(({ shape }): Type => ({ dtype: 'f32', shape })),
    ...(separateDocuments ? [ids, ids, ids] : [ids, ids]),
    mask,
  ]
  const types = wholeTypes.map((type, i) => {
    const placement = placements[i]
    return placement === undefined ? type : shardType(type, placement)
  })
  const program = trace('held_out_loss', types, (...inputs) => {
    const kept = Object.fromEntries(specs.map(({ name }, i) => [name, inputs[i]!]))
    const params = plan.shardParameters ? kept : computeWeights(kept, specs, plan)
    const [inputIds, targetIds, documentIds] = inputs.slice(specs.length, -1)
    const { hidden_ND } = forward(params, c, inputIds!, documentIds ?? null, plan)
    const targets_N = reshape(targetIds!, [targetIds!.shape[0]! * T])
    const head = headWeight(params, c, plan)
    return [sumOver(crossEntropy(hidden_ND, head, targets_N, inputs.at(-1)!, plan).total, mesh, tokenAxes)]
  })
  const executable = await engine.compile(
    program,
    layoutOf(program, mesh, { inputs: placements, outputs: [] }),
  )
  const uploaded = (batch: HeldOutBatch): DeviceBuffer[] => {
    const buffers: DeviceBuffer[] = []
    const upload = (type: Type, x: TypedArray, placement: Placement | undefined): void =>
      void buffers.push(atOnceFromEngine(() => engine.upload(type, x, placement)))
    try {
      for (const x of [batch.inputIds, batch.targetIds]) upload(ids, x, idsAt)
      if (separateDocuments) upload(ids, batch.documentIds, idsAt)
      upload(mask, batch.lossMask, maskAt)
      return buffers
    } catch (error) {
      for (const buffer of buffers) buffer[Symbol.dispose]()
      throw error
    }
  }
  return {
    async score(params, signal) {
      let nats = 0
      let before: readonly DeviceBuffer[] = []
      /** Adds the batch that the engine was given before. */
      const finish = async (): Promise<void> => {
        const [total, ...inputs] = before
        before = []
        if (total === undefined) return
        try {
          nats += (await fromEngine(total.read()))[0]!
        } finally {
          for (const buffer of [total, ...inputs]) buffer[Symbol.dispose]()
        }
      }
      try {
        for (let i = 0; i < heldOut.batchCount; i++) {
          signal?.throwIfAborted()
          const inputs = uploaded(heldOut.batch(i))
          const [total] = await fromEngine(executable.run([...params, ...inputs])).catch((error) => {
            for (const buffer of inputs) buffer[Symbol.dispose]()
            throw error
          })
          const finished = finish()
          before = [total!, ...inputs]
          await finished
        }
        await finish()
      } finally {
        for (const buffer of before) buffer[Symbol.dispose]()
      }
      return {
        loss: nats / heldOut.tokens,
        bitsPerByte: bitsPerByte(nats, heldOut.bytes),
        tokens: heldOut.tokens,
        bytes: heldOut.bytes,
      }
    },
    [Symbol.dispose]: () => executable[Symbol.dispose](),
  }
}
