import { expect, test } from 'vitest'
import { byteTokenizer } from '../chat/chat.fixture.ts'
import { scratchDirectory } from '../checkpoint/scratch.fixture.ts'
import { memoryMaskedDocuments } from '../data/memory-masked-documents.ts'
import { createOnnxEngine } from '../engine/onnx/engine.ts'
import { chatExample } from './chat-example.ts'
import { conversationData } from './conversation-data.ts'
import { tinyRun, trainTiny } from './tiny-run.fixture.ts'

const answers: Readonly<Record<string, string>> = { one: 'un', two: 'deux', three: 'trois', four: 'quatre' }

const examples = Object.entries(answers).map(
  ([question, answer]) =>
    chatExample(
      byteTokenizer,
      {
        messages: [
          { role: 'user', content: question },
          { role: 'assistant', content: answer },
        ],
        tools: [],
      },
      { sequenceLength: 48, tooLong: 'drop', toolStyle: 'json', defaultSystem: null },
    )!,
)

const documents = memoryMaskedDocuments(examples, {
  vocabSize: byteTokenizer.vocabSize,
  endOfDocument: byteTokenizer.specials.get('[EOS]')!,
})

const config = tinyRun({
  model: {
    ...tinyRun().model,
    vocabSize: byteTokenizer.vocabSize,
    hiddenSize: 32,
    maxPositionEmbeddings: 64,
  },
  objective: 'sft',
  engine: { name: 'onnx' },
  data: { sequenceLength: 48 },
  batch: { sequences: 2 },
  optimizer: { learningRate: 0.02 },
  router: { biasRate: 0, balanceLoss: 0 },
  schedule: { warmupSteps: 2 },
  steps: 100,
  evaluateEvery: 0,
  checkpointEvery: 30,
})

test('a tiny set of conversations is learned by heart', async () => {
  await using dir = await scratchDirectory()
  await using engine = createOnnxEngine({ threads: 1 })
  const data = conversationData(config, [{ documents, weight: 1 }], documents)
  const result = await trainTiny(dir.path, engine, config, { data })
  expect(result.heldOut!.loss).toBeLessThan(0.1)
})
