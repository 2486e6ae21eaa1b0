import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchDirectory } from '../checkpoint/scratch.fixture.ts'
import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import { createReferenceEngine } from '../engine/reference/engine.ts'
import { joinGroup } from '../files/process-group.ts'
import { hostPlan, type Plan } from '../nn/plan.ts'
import { deviceCount, type Placement } from '../tensor/mesh.ts'
import { placementsOf } from './placements.ts'
import { processShare } from './process-share.fixture.ts'
import { createStateShards } from './state-shards.ts'
import { type StepProgram, trainingStep } from './step.ts'
import { tinyRun } from './tiny-run.fixture.ts'
import { readState, startState, type TrainerState, tokenizerFiles, writeState } from './trainer-state.ts'

const { model, optimizer } = tinyRun()

const stepOn = (axes: Readonly<Record<string, number>>): StepProgram => {
  const mesh = { axes: Object.entries(axes).map(([name, size]) => ({ name, size })) }
  const plan: Plan = { ...hostPlan, mesh }
  const shape = { accumulation: 1, sequences: 4, sequenceLength: 4, separateDocuments: true }
  return trainingStep(model, { ...shape, optimizer, biasRule: 'deepseek', balanceLoss: 0, plan })
}

const bits = async (buffers: readonly DeviceBuffer[]): Promise<Buffer[]> =>
  Promise.all(buffers.map(async (buffer) => Buffer.from((await buffer.read()).slice().buffer)))

/** A state whose optimizer is not empty. */
async function busyState(engine: Engine, step: StepProgram): Promise<TrainerState> {
  const placementOf = placementsOf(step)
  const { buffers } = await startState(engine, model, step, 5, placementOf)
  const used = step.state.map(({ name, shape }, i) =>
    i < step.specs.length
      ? buffers[i]!
      : engine.upload(
          { dtype: 'f32', shape },
          Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, j) =>
            Math.sin(i * 99 + j),
          ),
          placementOf(name),
        ),
  )
  return { buffers: used, position: { step: 7, tokens: 112 } }
}

async function tokenizerIn(directory: string): Promise<string> {
  const tokenizer = join(directory, 'tokenizer')
  await mkdir(tokenizer)
  for (const file of tokenizerFiles) await writeFile(join(tokenizer, file), file)
  return tokenizer
}

/** Remembers where what it was given lies. */
function watched(engine: Engine): Engine & { readonly placements: (Placement | undefined)[] } {
  const placements: (Placement | undefined)[] = []
  return {
    ...engine,
    placements,
    upload: (type, data, placement) => {
      placements.push(placement)
      return engine.upload(type, data, placement)
    },
  }
}

test.each([
  [{ data: 2, expert: 2 }, { tensor: 2 }],
  [{ expert: 2, tensor: 2 }, {}],
  [{}, { data: 4 }],
])('a state of mesh %j goes on bit for bit on mesh %j', async (from, to) => {
  await using dir = await scratchDirectory()
  using engine = createReferenceEngine()
  const [before, after] = [stepOn(from), stepOn(to)]
  const state = await busyState(engine, before)
  await writeState(dir.path, model, before, state, await tokenizerIn(dir.path))
  const watching = watched(engine)
  const resumed = await readState(dir.path, watching, after, placementsOf(after))
  expect(resumed.position).toEqual(state.position)
  expect(await bits(resumed.buffers)).toEqual(await bits(state.buffers))
  const mesh = after.layout?.mesh
  expect(watching.placements.map((placement) => placement?.mesh)).toEqual(after.state.map(() => mesh))
  if (mesh !== undefined) expect(deviceCount(mesh)).toBeGreaterThan(1)
})

test('four processes write one state, which goes on bit for bit on another mesh', async () => {
  await using dir = await scratchDirectory()
  using engine = createReferenceEngine()
  const [before, after] = [stepOn({ data: 2, expert: 2, tensor: 2 }), stepOn({ data: 2 })]
  const state = await busyState(engine, before)
  const tokenizer = await tokenizerIn(dir.path)
  await Promise.all(
    [0, 1, 2, 3].map(async (id) => {
      const group = await joinGroup(join(dir.path, '.processes'), { id, count: 4, limit: 60 })
      const own = await busyState(processShare(engine, id, 4), before)
      await writeState(dir.path, model, before, own, tokenizer, createStateShards(before, group))
    }),
  )
  const resumed = await readState(dir.path, engine, after, placementsOf(after))
  expect(resumed.position).toEqual(state.position)
  expect(await bits(resumed.buffers)).toEqual(await bits(state.buffers))
})

test('state that cannot all be uploaded is freed', async () => {
  using engine = createReferenceEngine()
  let live = 0
  const short: Engine = {
    ...engine,
    upload(type, data, placement) {
      if (live === 5) throw new Error('out of memory')
      live++
      const buffer = engine.upload(type, data, placement)
      return Object.assign(buffer, { [Symbol.dispose]: () => void live-- })
    },
  }
  await expect(startState(short, model, stepOn({}), 1)).rejects.toThrow('out of memory')
  expect(live).toBe(0)
})
