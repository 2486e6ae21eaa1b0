import { defaultSystemText } from '../chat/template.ts'
import type { PresetName } from '../nn/presets.ts'
import type { RunConfigInput } from './run-config.ts'

type Recipe = Omit<RunConfigInput, 'preset' | 'model'>

/** Every value of a run that is not the model's shape; recipes say where they differ. Constants of K2 §2 and §4. */
export const baseRecipe = {
  objective: 'pretrain',
  base: null,
  tokenizer: { path: null, vocabSize: null, extraText: [] },
  data: {
    sources: [{ path: 'sotu', weight: 1 }],
    textField: 'text',
    sequenceLength: 256,
    heldOutFraction: 0.05,
    crossDocumentAttention: false,
    onBadInput: 'refuse',
  },
  chat: {
    toolStyle: 'json',
    defaultSystem: defaultSystemText,
    tooLong: 'drop',
    failed: 'drop',
    epochs: null,
  },
  batch: { sequences: 8, accumulation: 1 },
  optimizer: {
    kind: 'muonclip',
    learningRate: 1e-2,
    adamLearningRate: null,
    weightDecay: 0.1,
    momentum: 0.95,
    nesterov: false,
    newtonSchulzSteps: 5,
    matrices: 'tensor',
    tau: 100,
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
  },
  schedule: { warmupSteps: 20, decayFraction: 0.5, decayRatio: 0.1, annealSteps: 0, annealRatio: 0.035 },
  router: { biasRate: 1e-3, biasRule: 'deepseek', balanceLoss: 1e-4 },
  steps: 660,
  seed: 0,
  evaluateEvery: 110,
  checkpointEvery: 165,
  keepCheckpoints: 2,
  engine: { name: 'onnx', precision: null, float32Tensors: [], plugin: null, threads: null },
  mesh: { data: 1, expert: 1, tensor: 1, shardParameters: false },
  memory: { recompute: 'none' },
  samples: {
    prompts: ['My fellow Americans,', 'The state of our Union is', 'We must'],
    maxTokens: 96,
    temperature: 0.8,
    topP: 0.95,
  },
} as const satisfies Recipe

/** How each preset is trained unless a config says otherwise. */
export const recipes: Readonly<Record<PresetName, Recipe>> = {
  nano: {},
  micro: {
    data: { sequenceLength: 512 },
    optimizer: { learningRate: 1e-3 },
    schedule: { warmupSteps: 100 },
    steps: 5000,
    evaluateEvery: 250,
    checkpointEvery: 250,
  },
  small: {
    // Across documents, because GPUs have a kernel for that and none for documents apart.
    data: { sequenceLength: 2048, heldOutFraction: 0.005, crossDocumentAttention: true },
    batch: { sequences: 8, accumulation: 16 },
    optimizer: { learningRate: 6e-4 },
    schedule: { warmupSteps: 500 },
    steps: 20_000,
    evaluateEvery: 500,
    checkpointEvery: 500,
  },
  // Close to arXiv:2502.16982: 5.2T tokens in batches of 4096 × 8192, cosine nearly from the start, then a cooldown.
  'moonlight-16b': {
    data: { sequenceLength: 8192, heldOutFraction: 0.001 },
    batch: { sequences: 4096 },
    optimizer: { learningRate: 4.2e-4, nesterov: true },
    schedule: { warmupSteps: 2000, decayFraction: 0.98, annealSteps: 14_900, annealRatio: 0 },
    router: { biasRule: 'moonlight' },
    steps: 169_900,
    evaluateEvery: 1000,
    checkpointEvery: 1000,
  },
  // §4: 15.5T tokens in batches of 2²⁶, constant for 10T, then 460B of annealing (here at one sequence length).
  k2: {
    data: { sequenceLength: 4096, heldOutFraction: 0.001 },
    batch: { sequences: 16_384 },
    optimizer: { learningRate: 2e-4 },
    schedule: { warmupSteps: 500, decayFraction: 5.5 / 15.5, annealSteps: 6854, annealRatio: 0.035 },
    steps: 237_823,
    evaluateEvery: 1000,
    checkpointEvery: 1000,
  },
}
