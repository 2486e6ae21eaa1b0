import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { memoryTokenStream } from '../data/memory-token-stream.ts'
import type { Engine } from '../engine/engine.ts'
import { tinyK2 } from '../nn/traced.fixture.ts'
import { resolveRunConfig } from './resolve-run-config.ts'
import type { RunConfig, RunConfigInput } from './run-config.ts'
import { type TrainingOptions, train } from './train.ts'
import { tokenizerFiles } from './trainer-state.ts'
import { textData } from './training-data.ts'

/** A run that the interpreter does in a second or two; its model divides among up to 2 × 2 × 2 devices. */
export const tinyRun = (change: RunConfigInput = {}): RunConfig =>
  resolveRunConfig({
    file: {
      path: 'tiny',
      content: {
        model: {
          ...tinyK2,
          numAttentionHeads: 2,
          vocabSize: 12,
          moeIntermediateSize: 6,
          firstKDenseReplace: 1,
        },
        data: { sequenceLength: 4 },
        schedule: { warmupSteps: 1 },
        steps: 6,
        evaluateEvery: 3,
        checkpointEvery: 2,
        ...change,
        batch: { sequences: 4, accumulation: 1, ...change.batch },
        engine: { name: 'reference', ...change.engine },
      },
    },
  })

const stream = (documents: number, seed: number) =>
  memoryTokenStream(
    Array.from({ length: documents }, (_, d) => ({
      tokens: Array.from({ length: 9 }, (_, i) => (i * i + seed * d + d) % 11),
      bytes: 9,
    })),
    { vocabSize: 12, endOfDocument: 11 },
  )

/** Trains a tiny run in a directory. */
export async function trainTiny(
  runDir: string,
  engine: Engine,
  config: RunConfig = tinyRun(),
  { data, ...more }: Partial<TrainingOptions> = {},
): Promise<Awaited<ReturnType<typeof train>>> {
  const tokenizerDirectory = join(runDir, 'tokenizer')
  await mkdir(tokenizerDirectory, { recursive: true })
  for (const file of tokenizerFiles) await writeFile(join(tokenizerDirectory, file), '')
  return train({
    config,
    runDir,
    engine,
    data: data ?? textData(config, [{ stream: stream(12, 3) }], stream(2, 5)),
    tokenizerDirectory,
    resume: false,
    ...more,
  })
}
