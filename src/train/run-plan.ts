import { meshAxes } from '../nn/mesh-axes.ts'
import { acceleratorPlan, hostPlan, type Plan } from '../nn/plan.ts'
import type { Mesh } from '../tensor/mesh.ts'
import type { RunConfig } from './run-config.ts'

/** The devices of a run. Those that talk most are neighbours: the last axis is fastest. */
export const meshOf = ({ mesh }: Pick<RunConfig, 'mesh'>): Mesh => ({
  axes: [
    { name: meshAxes.data, size: mesh.data },
    { name: meshAxes.expert, size: mesh.expert },
    { name: meshAxes.tensor, size: mesh.tensor },
  ].filter(({ size }) => size > 1),
})

/** What a run's steps take. */
export const stepShapeOf = ({ batch, data, objective }: Pick<RunConfig, 'batch' | 'data' | 'objective'>) => ({
  accumulation: batch.accumulation,
  sequences: batch.sequences,
  sequenceLength: data.sequenceLength,
  separateDocuments: !data.crossDocumentAttention,
  weighted: objective !== 'pretrain',
})

/** How a run's model is written down for its engine. */
export const planOf = (config: Pick<RunConfig, 'engine' | 'mesh' | 'memory'>): Plan => ({
  ...(config.engine.name === 'xla' ? acceleratorPlan : hostPlan),
  dtype: config.engine.precision === 'bf16' ? 'bf16' : 'f32',
  float32Tensors: config.engine.float32Tensors,
  recompute: config.memory.recompute,
  mesh: meshOf(config),
  shardParameters: config.mesh.shardParameters,
})
