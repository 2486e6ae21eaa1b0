import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ownSamples } from '../src/eval/vendor/samples/own-samples.ts'
import { schemaAccuracy } from '../src/eval/vendor/summary.ts'
import { verifyVendor } from '../src/eval/vendor/verify-vendor.ts'
import { chatWire } from '../src/eval/vendor/wire.ts'
import { realServer, servedConfig } from './real-server.fixture.ts'

/** One layer, of experts: a smaller model has no fewer mistakes to make. */
const model = {
  ...servedConfig,
  numHiddenLayers: 1,
  firstKDenseReplace: 0,
  maxPositionEmbeddings: 2048,
}

test('with an untrained model every call that is asked for comes, parses and keeps to its schema', async () => {
  await using server = await realServer(model)
  const directory = await mkdtemp(join(tmpdir(), 'tsukimi-vendor-'))
  const samples = ownSamples()
  const forced = samples.filter(({ body }) => body.tool_choice !== 'auto').map(({ index }) => index)
  try {
    const { judged, summary, endedBy } = await verifyVendor(samples, 'own', {
      wire: chatWire,
      baseUrl: new URL(`${server.url}/v1`),
      // Fewer tokens than the requests allow: random text mostly ends where it must.
      overrides: { model: 'tiny', maxTokens: 120 },
      extraBody: {},
      concurrency: 16,
      timeout: 60,
      retries: 0,
      giveUpAfter: null,
      output: join(directory, 'results.jsonl'),
      incremental: false,
      signal: new AbortController().signal,
    })
    expect(endedBy).toBeNull()
    expect(judged).toHaveLength(samples.length)
    expect(summary.failure_count).toBe(0)
    expect(schemaAccuracy(summary)).toMatchObject({ value: 1 })
    // What is left to the model may end otherwise, as a call or as text that was cut; nothing else may be wrong with it.
    const faults = judged.flatMap(({ assessment }) => assessment.failures).map(({ category }) => category)
    expect(faults.filter((fault) => fault !== 'truncated')).toEqual([])
    const called = judged.filter(({ result }) => result.finish_reason === 'tool_calls')
    expect(called.map(({ result }) => result.data_index)).toEqual(expect.arrayContaining(forced))
    expect(server.scheduler.stats()).toMatchObject({ queued: 0, running: 0, pages: { used: 0 } })
  } finally {
    await rm(directory, { recursive: true })
  }
})
