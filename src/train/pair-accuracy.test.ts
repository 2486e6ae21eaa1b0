import { expect, test } from 'vitest'
import { readMetrics } from '../checkpoint/metrics-log.ts'
import { scratchDirectory } from '../checkpoint/scratch.fixture.ts'
import { memoryMaskedDocuments } from '../data/memory-masked-documents.ts'
import { createOnnxEngine } from '../engine/onnx/engine.ts'
import { createTokenizer } from '../tokenizer/tokenizer.ts'
import { trainBpe } from '../tokenizer/train-bpe.ts'
import { conversationData } from './conversation-data.ts'
import { createPairAccuracy } from './pair-accuracy.ts'
import { judgingMessages, pairExamples } from './pair-examples.ts'
import { tinyRun, trainTiny } from './tiny-run.fixture.ts'

const said = (content: string) => ({ role: 'assistant', content }) as const
const asked = (name: string) => [{ role: 'user', content: name } as const]

const good = said('yes')
const bad = said('no '.repeat(20))

/** Knows the judge's question by heart, so that a pair has few tokens. */
const tokenizer = createTokenizer(
  trainBpe(
    [
      ...judgingMessages({ messages: asked('?'), tools: [] }, [good, bad]).map(({ content }) =>
        content.repeat(9),
      ),
      'assistant{"better":"A"}{"better":"B"}',
    ],
    { merges: 300 },
  ),
)
const T = 272
const options = { toolStyle: 'json', defaultSystem: null, sequenceLength: T, tooLong: 'drop' } as const

/** The better answer is the one that says yes; the other is long, so that a small model sees soon which is which. */
const documentsOf = (names: readonly string[]) =>
  memoryMaskedDocuments(
    names.flatMap((name) => {
      const pair = { messages: asked(name), tools: [], chosen: good, rejected: bad }
      return pairExamples(tokenizer, pair, options)!
    }),
    { vocabSize: tokenizer.vocabSize, endOfDocument: tokenizer.specials.get('[EOS]')! },
  )

const names = Array.from({ length: 24 }, (_, i) => String.fromCharCode(97 + i))

test('a judge learns a preference, and is right about held-out pairs in both orders', async () => {
  await using dir = await scratchDirectory()
  using engine = createOnnxEngine({ threads: 1 })
  const config = tinyRun({
    objective: 'preference',
    model: {
      ...tinyRun().model,
      vocabSize: tokenizer.vocabSize,
      hiddenSize: 32,
      qLoraRank: 16,
      kvLoraRank: 16,
      qkNopeHeadDim: 8,
      qkRopeHeadDim: 16,
      initializerRange: 0.2,
      vHeadDim: 16,
      maxPositionEmbeddings: T,
    },
    engine: { name: 'onnx' },
    data: { sequenceLength: T },
    batch: { sequences: 8 },
    optimizer: { learningRate: 0.01 },
    router: { biasRate: 0, balanceLoss: 0 },
    schedule: { warmupSteps: 2 },
    steps: 80,
    evaluateEvery: 40,
    checkpointEvery: 0,
  })
  const heldOut = documentsOf(names.slice(16))
  const data = conversationData(config, [{ documents: documentsOf(names.slice(0, 16)), weight: 1 }], heldOut)
  using accuracy = await createPairAccuracy(engine, config, tokenizer, heldOut)
  const extents: string[] = []
  const result = await trainTiny(dir.path, engine, config, {
    data,
    evaluateTasks: (params, extent) => {
      extents.push(extent)
      return accuracy.score(params, extent)
    },
  })
  expect(result.tasks).toEqual({ pairAccuracy: 1, firstPreferred: 0.5 })
  expect(extents).toEqual(['quick', 'whole'])
  expect((await readMetrics(`${dir.path}/metrics.jsonl`)).at(-1)!.tasks).toEqual(result.tasks)
})
