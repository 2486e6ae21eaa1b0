import type { ConfigOverride } from '../../train/config-override.ts'
import { isGiven } from '../../train/fine-tuning-config.ts'
import type { SpeedrunFiles } from './speedrun-files.ts'

/** Measured on two cores: docs/log.md. */
const values = {
  base: {
    steps: 700,
    'batch.sequences': 4,
    'optimizer.learningRate': 5e-3,
    evaluateEvery: 0,
    checkpointEvery: 350,
    keepCheckpoints: 1,
  },
  sft: {
    steps: 1900,
    'data.sequenceLength': 512,
    'batch.sequences': 2,
    'optimizer.learningRate': 3e-3,
    'schedule.warmupSteps': 20,
    'schedule.decayFraction': 0.6,
    'schedule.decayRatio': 0.05,
    'router.biasRate': 1e-3,
    'router.balanceLoss': 1e-4,
    evaluateEvery: 475,
    'tasks.count': 24,
    'tasks.maxTokens': 96,
    checkpointEvery: 475,
    keepCheckpoints: 1,
    'chat.toolStyle': 'typescript',
  },
} as const

/** Conversations made, of which some are held out; those whose text the tokenizer is trained on as well. */
export const conversationCount = 12_000
export const tokenizerConversations = 2000

/** Tasks that the models try, of unseen names, numbers and phrasings; most tokens of a turn; episodes at once. */
export const evaluation = { tasks: 180, maxTokens: 96, concurrency: 32 } as const

/** Of the data, of the held-out tasks, and of those tried while the model learns. */
export const [dataSeed, heldOutSeed, progressSeed] = [1, 2, 3]

export const progressTasks = values.sft['tasks.count']

const own = (key: string, value: unknown): ConfigOverride => ({ path: key.split('.'), value, source: '' })

const recipeOverrides = (stage: keyof typeof values): ConfigOverride[] =>
  Object.entries(values[stage]).map(([key, value]) => own(key, value))

/** Changes to the two configs. */
export type StageOverrides = Readonly<Record<keyof typeof values, readonly ConfigOverride[]>>

/** How a speedrun trains its two models, as changes to their configs; those of the user come last and win. */
export function speedrunOverrides(
  files: SpeedrunFiles,
  engine: readonly ConfigOverride[],
  { base, sft }: StageOverrides,
): StageOverrides {
  const isCounted = isGiven(sft, 'chat.epochs')
  return {
    base: [...recipeOverrides('base'), own('tokenizer.extraText', [files.text]), ...engine, ...base],
    sft: [
      own('data.sources', [{ path: files.conversations, weight: 1 }]),
      own('tasks.path', files.progressTasks),
      // Epochs of the user's decide the steps.
      ...recipeOverrides('sft').filter(({ path }) => !(isCounted && path.join('.') === 'steps')),
      ...engine,
      ...sft,
    ],
  }
}
