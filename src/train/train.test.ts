import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readMetrics } from '../checkpoint/metrics-log.ts'
import { listCheckpoints } from '../checkpoint/run-directory.ts'
import { scratchDirectory } from '../checkpoint/scratch.fixture.ts'
import { createReferenceEngine } from '../engine/reference/engine.ts'
import { joinGroup } from '../files/process-group.ts'
import { UserError } from '../user-error.ts'
import { earlyEngine, type Failure } from './early-engine.fixture.ts'
import { processShare } from './process-share.fixture.ts'
import { tinyRun, trainTiny } from './tiny-run.fixture.ts'

const metricsIn = (runDir: string): string => readFileSync(join(runDir, 'metrics.jsonl'), 'utf8')
const stepsOf = async (runDir: string): Promise<number[]> =>
  (await listCheckpoints(runDir)).map(({ step }) => step)

test('a step is given to the engine before the metrics of the last are read, with the same results', async () => {
  await using plain = await scratchDirectory()
  await using early = await scratchDirectory()
  using reference = createReferenceEngine()
  const expected = await trainTiny(plain.path, reference)
  using engine = earlyEngine(createReferenceEngine())
  const result = await trainTiny(early.path, engine)
  expect(metricsIn(early.path)).toBe(metricsIn(plain.path))
  expect(result.heldOut).toEqual(expected.heldOut)
  expect(engine.log.filter((line) => line.includes('training_step'))).toEqual([
    'run training_step 0',
    'run training_step 1',
    'read training_step 0',
    'read training_step 1', // the checkpoint of step 2 waits for it
    'run training_step 2',
    'read training_step 2', // an evaluation
    'run training_step 3',
    'read training_step 3', // a checkpoint
    'run training_step 4',
    'run training_step 5',
    'read training_step 4',
    'read training_step 5',
  ])
  expect(engine.live()).toBe(0)
  for (const step of [4, 6])
    for (const file of ['model.safetensors', 'optimizer.safetensors']) {
      const [a, b] = [plain.path, early.path].map((dir) =>
        readFileSync(join(dir, 'checkpoints', `step-0000000${step}`, file)),
      )
      expect(a!.equals(b!)).toBe(true)
    }
})

test('a run that is interrupted has the metrics of every step of its checkpoint, and goes on as if it had not been', async () => {
  await using whole = await scratchDirectory()
  await using parts = await scratchDirectory()
  using engine = earlyEngine(createReferenceEngine())
  await trainTiny(whole.path, engine)
  const stop = new AbortController()
  const stopped = await trainTiny(parts.path, engine, tinyRun(), {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.kind === 'step' && event.record.step === 3) stop.abort()
    },
  })
  expect(stopped.finished).toBe(false)
  expect((await readMetrics(join(parts.path, 'metrics.jsonl'))).length).toBe(stopped.steps)
  expect((await stepsOf(parts.path)).at(-1)).toBe(stopped.steps)
  await trainTiny(parts.path, engine, tinyRun(), { resume: true })
  expect(metricsIn(parts.path)).toBe(metricsIn(whole.path))
  expect(engine.live()).toBe(0)
})

test('timings are of the time between the ends of steps', async () => {
  await using dir = await scratchDirectory()
  using engine = earlyEngine(createReferenceEngine())
  const started = performance.now()
  await trainTiny(dir.path, engine)
  const wall = (performance.now() - started) / 1000
  const timings = await readMetrics(join(dir.path, 'timings.jsonl'))
  expect(timings.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5])
  const total = timings
    .flatMap(({ seconds }) => Object.values(seconds as Record<string, number>))
    .reduce((sum, x) => sum + x, 0)
  expect(total).toBeLessThanOrEqual(wall)
})

describe('an engine that fails', () => {
  const failures: readonly (readonly [string, Failure, RegExp, number[]])[] = [
    ['in a run', { program: 'training_step', run: 4, when: 'run' }, /step-00000004 \(step 4\)/, [2, 4]],
    ['on the device', { program: 'training_step', run: 3, when: 'read' }, /step-00000002 \(step 2\)/, [2]],
    ['before any checkpoint', { program: 'training_step', run: 1, when: 'read' }, /no checkpoint yet/, []],
    ['in an evaluation', { program: 'held_out_loss', run: 0, when: 'read' }, /step-00000002/, [2]],
  ]
  test.each(failures)(
    '%s: the run stops, names the last good checkpoint, and leaks nothing',
    async (...args) => {
      const [, failure, message, checkpoints] = args
      await using dir = await scratchDirectory()
      using engine = earlyEngine(createReferenceEngine(), failure)
      const error = await trainTiny(dir.path, engine).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(UserError)
      expect((error as Error).message).toMatch(
        /engine early failed: the device is gone\. Nothing was overwritten/,
      )
      expect((error as Error).message).toMatch(message)
      expect(await stepsOf(dir.path)).toEqual(checkpoints)
      expect(engine.live()).toBe(0)
    },
  )
})

test('numbers that are not finite stop the run before a checkpoint of them, also when the next step is under way', async () => {
  await using dir = await scratchDirectory()
  using engine = earlyEngine(createReferenceEngine())
  const config = tinyRun({
    optimizer: { learningRate: 1e38 },
    checkpointEvery: 1,
    keepCheckpoints: 9,
    evaluateEvery: 0,
  })
  await expect(trainTiny(dir.path, engine, config)).rejects.toThrow(
    /numbers stopped being finite in .*last good/,
  )
  const steps = (await readMetrics(join(dir.path, 'metrics.jsonl'))).length
  expect((await stepsOf(dir.path)).at(-1)).toBe(steps)
  expect(engine.live()).toBe(0)
})

describe('a mesh', () => {
  const short = { steps: 2, evaluateEvery: 0, checkpointEvery: 1 }

  test('trains as one device does, and its checkpoints go on with another mesh', async () => {
    await using one = await scratchDirectory()
    await using many = await scratchDirectory()
    using engine = createReferenceEngine()
    const expected = await trainTiny(one.path, engine, tinyRun(short))
    const stop = new AbortController()
    await trainTiny(many.path, engine, tinyRun({ ...short, mesh: { data: 2, expert: 2 } }), {
      signal: stop.signal,
      onEvent: ({ kind }) => kind === 'step' && stop.abort(),
    })
    expect(await stepsOf(many.path)).toEqual([1])
    const tensor = { data: 2, tensor: 2, shardParameters: true }
    const result = await trainTiny(many.path, engine, tinyRun({ ...short, mesh: tensor }), { resume: true })
    expect(result.heldOut!.loss).toBeCloseTo(expected.heldOut!.loss, 5)
    const [a, b] = await Promise.all([one, many].map(({ path }) => readMetrics(join(path, 'metrics.jsonl'))))
    expect(b!.length).toBe(2)
    for (const [i, record] of a!.entries()) {
      expect(b![i]!.loss).toBeCloseTo(record.loss as number, 5)
      expect(b![i]!.expertLoads).toEqual(record.expertLoads)
      expect(b![i]!.routerBias).toEqual(record.routerBias)
    }
  })

  test('of two processes writes the checkpoints of one, and goes on in one', async () => {
    await using one = await scratchDirectory()
    await using two = await scratchDirectory()
    const config = tinyRun({ ...short, mesh: { data: 2, tensor: 2 } })
    using engine = createReferenceEngine()
    await trainTiny(one.path, engine, config)
    const events: string[][] = [[], []]
    await Promise.all(
      [0, 1].map(async (id) => {
        const group = await joinGroup(join(two.path, '.processes'), { id, count: 2, limit: 60 })
        await trainTiny(two.path, processShare(createReferenceEngine(), id, 2), config, {
          group,
          onEvent: ({ kind }) => events[id]!.push(kind),
        })
      }),
    )
    expect(events[1]).toEqual(events[0])
    expect(metricsIn(two.path)).toBe(metricsIn(one.path))
    for (const file of ['model.safetensors', 'optimizer.safetensors', 'trainer.json', 'config.json']) {
      const [a, b] = [one, two].map(({ path }) =>
        readFileSync(join(path, 'checkpoints', 'step-00000002', file)),
      )
      expect(a!.equals(b!)).toBe(true)
    }
    const more = await trainTiny(two.path, engine, tinyRun({ ...short, steps: 3 }), { resume: true })
    expect(more.steps).toBe(3)
  })

  test('of two processes stops in both when one is told to', async () => {
    await using dir = await scratchDirectory()
    const config = tinyRun({ steps: 400, evaluateEvery: 0, checkpointEvery: 0, mesh: { data: 2 } })
    const stop = new AbortController()
    const results = await Promise.all(
      [0, 1].map(async (id) => {
        const group = await joinGroup(join(dir.path, '.processes'), { id, count: 2, limit: 60 })
        return trainTiny(dir.path, processShare(createReferenceEngine(), id, 2), config, {
          group,
          ...(id === 1 ? { signal: stop.signal } : {}),
          onEvent: ({ kind }) => kind === 'step' && id === 1 && stop.abort(),
        })
      }),
    )
    expect(results[0]!.finished).toBe(false)
    expect(results[1]!.steps).toBe(results[0]!.steps)
    expect(await stepsOf(dir.path)).toEqual([results[0]!.steps])
  })
})
