import { z } from 'zod'
import { k2ConfigSchema } from '../nn/config.ts'
import { parameterSpecs } from '../nn/parameters.ts'
import { type PresetName, presetNames } from '../nn/presets.ts'
import { engineProblems, meshProblems, type Problem } from './engine-contradictions.ts'

const count = z.int().min(1)
const countOrZero = z.int().min(0)
const fraction = z.number().min(0).max(1)
const positive = z.number().positive()

const tokenizer = z.strictObject({
  /** Directory or rank file of a trained tokenizer; null trains one on the training text. */
  path: z.string().min(1).nullable(),
  /** Tokens of a tokenizer to train, special ones included; null is the model's vocabulary. */
  vocabSize: count.nullable(),
  /** Files or directories of text that a tokenizer is trained on besides the training text: what later stages will bring. */
  extraText: z.array(z.string().min(1)),
})

const data = z.strictObject({
  /** Files, directories, or `sotu` (the State of the Union addresses), drawn from in proportion to their weights. */
  sources: z.array(z.strictObject({ path: z.string().min(1), weight: positive })).min(1),
  /** Field of a JSON line, or column of a Parquet file, that holds the text. */
  textField: z.string().min(1),
  /** Tokens in a sequence. */
  sequenceLength: count,
  /** Share of the documents that is only evaluated on. */
  heldOutFraction: z.number().gt(0).lt(1),
  /** Whether attention crosses the borders of the documents packed into a sequence. */
  crossDocumentAttention: z.boolean(),
  onBadInput: z.enum(['refuse', 'skip']),
})

/** Of conversations and pairs; pre-training has none. */
const chat = z.strictObject({
  /** How tools are declared to the model, in training and when it is served. */
  toolStyle: z.enum(['json', 'sorted-json', 'typescript']),
  /** Put first where a conversation does not begin with a system message; null for none. */
  defaultSystem: z.string().nullable(),
  /** What becomes of a conversation longer than a sequence: left out, or cut behind the last assistant's turn that fits. */
  tooLong: z.enum(['drop', 'cut']),
  /** What becomes of a trajectory whose outcome is a failure: left out, or learned like the others. */
  failed: z.enum(['drop', 'learn']),
  /** Passes over the conversations, from which `steps` follow; null takes `steps`. */
  epochs: count.nullable(),
})

const batch = z.strictObject({
  /** Sequences that go through the model together. */
  sequences: count,
  /** Such batches that add up to one optimizer step. */
  accumulation: count,
})

const optimizer = z
  .strictObject({
    kind: z.enum(['muonclip', 'muon', 'adamw']),
    /** At the top of the schedule. */
    learningRate: positive,
    /** Of embeddings, head and norms; null is `learningRate`. */
    adamLearningRate: positive.nullable(),
    weightDecay: z.number().min(0),
    momentum: z.number().min(0).lt(1),
    nesterov: z.boolean(),
    newtonSchulzSteps: count,
    /** One matrix for each released tensor, or for each part of latent attention (C, R, K and V apart). */
    matrices: z.enum(['tensor', 'part']),
    /** Largest attention logit that QK-Clip lets stand. */
    tau: positive,
    beta1: z.number().min(0).lt(1),
    beta2: z.number().min(0).lt(1),
    epsilon: positive,
  })
  .transform((o) => ({ ...o, adamLearningRate: o.adamLearningRate ?? o.learningRate }))

/** Steps that the cosine takes. */
export const decayStepsOf = (
  { decayFraction, annealSteps }: { readonly decayFraction: number; readonly annealSteps: number },
  steps: number,
): number => Math.round(decayFraction * Math.max(steps - annealSteps, 0))

/** Warm-up, constant, cosine, then linear annealing. Ratios are to the optimizer's learning rates. */
const schedule = z.strictObject({
  /** Steps from 0 up to the full rate, linearly. */
  warmupSteps: countOrZero,
  /** Share of the steps before annealing that the cosine takes, at their end. */
  decayFraction: fraction,
  /** Where the cosine ends. */
  decayRatio: fraction,
  /** The last steps, from `decayRatio` to `annealRatio`, linearly. */
  annealSteps: countOrZero,
  annealRatio: fraction,
})

const router = z.strictObject({
  /** How far a step moves an expert's selection bias. */
  biasRate: z.number().min(0),
  /** DeepSeek-V3's sign rule, or Moonlight's, which keeps the mean of the biases where it is. */
  biasRule: z.enum(['deepseek', 'moonlight']),
  /** Factor of the sequence-wise balance loss; 0 leaves it out. */
  balanceLoss: z.number().min(0),
})

const engine = z
  .strictObject({
    name: z.enum(['onnx', 'reference', 'xla']),
    /** Of products: float32, or bf16 with float32 sums, weights and optimizer; null is bf16 on xla, else highest. */
    precision: z.enum(['highest', 'bf16']).nullable(),
    /** Endings of the names of weights that are multiplied in float32 where the precision is bf16. */
    float32Tensors: z.array(z.string().min(1)),
    /** PJRT plugin that xla loads; null looks for an installed one. */
    plugin: z.string().min(1).nullable(),
    /** null is one for each core. */
    threads: count.nullable(),
  })
  .transform((e) => ({ ...e, precision: e.precision ?? (e.name === 'xla' ? 'bf16' : 'highest') }))

/** Devices on each axis; their product computes together. */
const mesh = z.strictObject({
  /** Shares of the batch. */
  data: count,
  /** Shares of the experts, and of the batch. */
  expert: count,
  /** Shares of the heads and of the feed-forward layers' columns. */
  tensor: count,
  /** Whether devices that hold copies of parameters put their shares together layer by layer instead of once a step. */
  shardParameters: z.boolean(),
})

const memory = z.strictObject({
  /** What the backward pass computes again instead of keeping it. */
  recompute: z.enum(['none', 'layers']),
})

const samples = z.strictObject({
  prompts: z.array(z.string()),
  maxTokens: count,
  /** 0 always takes the likeliest token. */
  temperature: z.number().min(0),
  topP: z.number().gt(0).max(1),
})

const fields = z.strictObject({
  /** The preset that the values not given came from. */
  preset: z.enum(presetNames as [PresetName, ...PresetName[]]),
  model: k2ConfigSchema,
  /** What training begins from: a checkpoint, and the SHA-256 of its weights; null begins with random weights. */
  base: z.strictObject({ path: z.string().min(1), digest: z.string() }).nullable(),
  /** What is learned: text, an assistant's turns, or verdicts on pairs of answers. */
  objective: z.enum(['pretrain', 'sft', 'preference']),
  tokenizer,
  data,
  chat,
  batch,
  optimizer,
  schedule,
  router,
  /** Optimizer steps of the whole run, warm-up and annealing included. */
  steps: count,
  seed: countOrZero.max(2 ** 32 - 1),
  /** Steps from one evaluation on held-out text to the next; 0 evaluates at the end only. */
  evaluateEvery: countOrZero,
  /** Steps from one checkpoint to the next; 0 writes one at the end only. */
  checkpointEvery: countOrZero,
  /** Checkpoints kept, the latest ones. */
  keepCheckpoints: count,
  engine,
  mesh,
  memory,
  samples,
})

type Fields = z.output<typeof fields>

/** Values that come from others where they are not given. */
const filled = (run: Fields) => ({
  ...run,
  tokenizer: { ...run.tokenizer, vocabSize: run.tokenizer.vocabSize ?? run.model.vocabSize },
})

function contradictions(run: ReturnType<typeof filled>): Problem[] {
  const { model, tokenizer, data, schedule, steps } = run
  const problems: Problem[] = [
    ...engineProblems(run.engine).map(([path, message]): Problem => [['engine', ...path], message]),
    ...meshProblems(run),
  ]
  const names = parameterSpecs(model).map(({ name }) => name)
  for (const ending of run.engine.float32Tensors)
    if (!names.some((name) => name.endsWith(ending)))
      problems.push([
        ['engine', 'float32Tensors'],
        `no weight's name ends with "${ending}"; \`tsukimi info\` lists the names`,
      ])
  if (data.sequenceLength > model.maxPositionEmbeddings) {
    problems.push([
      ['data', 'sequenceLength'],
      `${data.sequenceLength} tokens are more than the model's ${model.maxPositionEmbeddings} positions (model.maxPositionEmbeddings)`,
    ])
  }
  if (tokenizer.vocabSize > model.vocabSize) {
    problems.push([
      ['tokenizer', 'vocabSize'],
      `${tokenizer.vocabSize} tokens are more than the model's ${model.vocabSize} (model.vocabSize)`,
    ])
  }
  const { warmupSteps, annealSteps } = schedule
  const decaySteps = decayStepsOf(schedule, steps)
  if (warmupSteps + decaySteps + annealSteps > steps) {
    problems.push([
      ['schedule'],
      `warm-up ${warmupSteps} + cosine ${decaySteps} + annealing ${annealSteps} are more than ${steps} steps`,
    ])
  }
  return problems
}

/** The schema of a run, complete: what `resolveRunConfig` returns and the run directory keeps. */
export const runConfigSchema = fields.transform(filled).superRefine((run, context) => {
  for (const [path, message] of contradictions(run)) {
    context.addIssue({ code: 'custom', path: [...path], message })
  }
})

type ReadonlyDeep<T> = T extends object ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> } : T
type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
    : T

/** Everything that decides a training run. */
export type RunConfig = ReadonlyDeep<z.output<typeof runConfigSchema>>

/** What a user writes: any part of a run; the preset gives the rest. */
export type RunConfigInput = DeepPartial<ReadonlyDeep<z.input<typeof runConfigSchema>>>
