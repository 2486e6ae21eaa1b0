import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { byteTokenizer } from '../chat/chat.fixture.ts'
import { chatTokens } from '../chat/chat-tokens.ts'
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts'
import { scratchDirectory } from '../checkpoint/scratch.fixture.ts'
import { memoryMaskedDocuments } from '../data/memory-masked-documents.ts'
import type { Engine } from '../engine/engine.ts'
import { createOnnxEngine } from '../engine/onnx/engine.ts'
import { createGenerator } from '../generate/generate.ts'
import { chatExample } from './chat-example.ts'
import { conversationData } from './conversation-data.ts'
import { readWeights } from './model-weights.ts'
import { tinyRun, trainTiny } from './tiny-run.fixture.ts'
import type { TrainingEvent } from './train.ts'

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
  steps: 80,
  evaluateEvery: 0,
  checkpointEvery: 0,
})

test('a tiny set of conversations is learned by heart, and a run that was killed ends in the same weights', async () => {
  await using dir = await scratchDirectory()
  await using parts = await scratchDirectory()
  using engine = createOnnxEngine({ threads: 1 })
  const data = conversationData(config, [{ documents, weight: 1 }], documents)
  const result = await trainTiny(dir.path, engine, config, { data })
  expect(result.heldOut!.loss).toBeLessThan(0.1)
  const stop = new AbortController()
  const onEvent = (event: TrainingEvent) => {
    if (event.kind === 'step' && event.record.step === 30) stop.abort()
  }
  const stopped = await trainTiny(parts.path, engine, config, { data, signal: stop.signal, onEvent })
  expect(stopped.finished).toBe(false)
  const again = conversationData(config, [{ documents, weight: 1 }], documents)
  await trainTiny(parts.path, engine, config, { data: again, resume: true })
  const weights = [dir, parts].map(({ path }) => join(path, 'checkpoints/step-00000080/model.safetensors'))
  expect(readFileSync(weights[0]!).equals(readFileSync(weights[1]!))).toBe(true)
  expect(await answersOf(engine, join(dir.path, 'checkpoints/step-00000080'))).toEqual(answers)
})

/** What greedy decoding answers to each question. */
async function answersOf(engine: Engine, directory: string): Promise<Record<string, string>> {
  await using source = await openCheckpoint(directory)
  using generator = createGenerator(engine, config.model, await readWeights(source, config.model))
  const found: Record<string, string> = {}
  for (const question of Object.keys(answers)) {
    const messages = [{ role: 'user', content: question } as const]
    const options = { defaultSystem: null, addGenerationPrompt: true }
    const { ids: prompt } = chatTokens(byteTokenizer, messages, options)
    const stop = [byteTokenizer.specials.get('<|im_end|>')!]
    const ids: number[] = []
    for await (const id of generator.generate({ prompt, maxTokens: 12, temperature: 0, stop })) ids.push(id)
    found[question] = byteTokenizer.decode(ids)
  }
  return found
}
