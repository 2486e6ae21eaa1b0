/** A place in the config, and what is wrong there. */
export type Problem = readonly [path: readonly string[], message: string]

interface EngineSettings {
  readonly name: string
  readonly precision: 'highest' | 'bf16' | null
  readonly plugin: string | null
}

interface MeshSettings {
  readonly data: number
  readonly expert: number
  readonly tensor: number
  readonly shardParameters: boolean
}

interface MeshedRun {
  readonly model: {
    readonly numRoutedExperts: number
    readonly numAttentionHeads: number
    readonly intermediateSize: number
    readonly moeIntermediateSize: number
  }
  readonly batch: { readonly sequences: number }
  readonly data: { readonly sequenceLength: number }
  readonly engine: EngineSettings
  readonly mesh: MeshSettings
}

/** Settings that only the engine xla knows, given to another. */
export function engineProblems({ name, precision, plugin }: EngineSettings): Problem[] {
  if (name === 'xla') return []
  const problems: Problem[] = []
  if (precision === 'bf16') {
    problems.push([
      ['precision'],
      `bf16 needs the engine xla, and this is ${name}, which computes in float32: choose --engine xla or --precision highest`,
    ])
  }
  if (plugin !== null) {
    problems.push([
      ['plugin'],
      `${plugin} is for the engine xla, and this is ${name}: choose --engine xla or leave the plugin out`,
    ])
  }
  return problems
}

/** Devices of a mesh. */
export const meshSize = ({ data, expert, tensor }: Omit<MeshSettings, 'shardParameters'>): number =>
  data * expert * tensor

/** Meshes that the engine lacks, or that do not divide the model or the batch. */
export function meshProblems({ model, batch, data, engine, mesh }: MeshedRun): Problem[] {
  const problems: Problem[] = []
  const devices = meshSize(mesh)
  if (devices > 1 && engine.name !== 'xla' && engine.name !== 'reference') {
    problems.push([
      ['mesh'],
      `${mesh.data} × ${mesh.expert} × ${mesh.tensor} (data × expert × tensor) are ${devices} devices, and the engine ${engine.name} computes on one: choose --engine xla`,
    ])
  }
  const divides = (axis: 'expert' | 'tensor', key: keyof MeshedRun['model'], what: string): void => {
    if (model[key] % mesh[axis] !== 0) {
      problems.push([
        ['mesh', axis],
        `${model[key]} ${what} (model.${key}) do not divide among ${mesh[axis]} devices`,
      ])
    }
  }
  divides('expert', 'numRoutedExperts', 'experts')
  divides('tensor', 'numAttentionHeads', 'attention heads')
  divides('tensor', 'intermediateSize', 'columns of a dense layer')
  divides('tensor', 'moeIntermediateSize', 'columns of an expert')
  if (batch.sequences % (mesh.data * mesh.expert) !== 0) {
    problems.push([
      ['batch', 'sequences'],
      `${batch.sequences} sequences do not divide among ${mesh.data * mesh.expert} devices (mesh.data ${mesh.data} × mesh.expert ${mesh.expert})`,
    ])
  }
  const tokens = (batch.sequences * data.sequenceLength) / (mesh.data * mesh.expert)
  if (Number.isInteger(tokens) && tokens % mesh.tensor !== 0) {
    problems.push([
      ['data', 'sequenceLength'],
      `${tokens} tokens on each device do not divide among ${mesh.tensor} devices (mesh.tensor), which share their loss`,
    ])
  }
  if (mesh.shardParameters && mesh.data * mesh.expert === 1) {
    problems.push([
      ['mesh', 'shardParameters'],
      'parameters are spread over the devices of mesh.data and mesh.expert, and there is 1: raise one or leave shardParameters out',
    ])
  }
  return problems
}
