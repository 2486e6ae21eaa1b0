import { existsSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { matchTensors } from '../checkpoint/match-tensors.ts'
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts'
import type { TensorEntry } from '../checkpoint/tensor-source.ts'
import { writeCheckpointTensors } from '../checkpoint/write-checkpoint-tensors.ts'
import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import { readJson, writeJson } from '../files/json-file.ts'
import type { K2Config } from '../nn/config.ts'
import { toHfConfig } from '../nn/hf-config.ts'
import { initialWeights } from '../nn/initial-weights.ts'
import { hfTensors } from '../nn/parameters.ts'
import { parseAs } from '../schema-error.ts'
import { chatConfigFile } from './chat-config.ts'
import { atOnceFromEngine, fromEngine } from './engine-failure.ts'
import { madeState } from './made-state.ts'
import { readParameter, streamedWeightEntries } from './model-weights.ts'
import { onOneDevice, type PlacementOf } from './placements.ts'
import type { StateShards } from './state-shards.ts'
import type { StateTensor, StepProgram } from './step.ts'

/** Files of a tokenizer that go into every checkpoint, so that it can be used alone. */
export const tokenizerFiles = ['tiktoken.model', 'tokenizer_config.json'] as const

const positionSchema = z.strictObject({
  /** Steps done. */
  step: z.int().min(0),
  /** Tokens seen. */
  tokens: z.int().min(0),
})

/** Where a run stands. */
export type Position = z.output<typeof positionSchema>

export interface TrainerState {
  /** Parameters, then optimizer state, in the order of the step program. */
  readonly buffers: readonly DeviceBuffer[]
  readonly position: Position
}

/** Uploads state tensors in turn; those before one that fails are freed. */
async function uploadAll(
  engine: Engine,
  tensors: readonly StateTensor[],
  placementOf: PlacementOf,
  data: (tensor: StateTensor, index: number) => Promise<Float32Array | undefined>,
): Promise<DeviceBuffer[]> {
  const buffers: DeviceBuffer[] = []
  try {
    for (const [i, tensor] of tensors.entries()) {
      const values = await data(tensor, i)
      const type = { dtype: 'f32', shape: tensor.shape } as const
      buffers.push(atOnceFromEngine(() => engine.upload(type, values, placementOf(tensor.name))))
    }
    return buffers
  } catch (error) {
    for (const buffer of buffers) buffer[Symbol.dispose]()
    throw error
  }
}

/** Fresh weights and an empty optimizer. */
export async function startState(
  engine: Engine,
  config: K2Config,
  program: StepProgram,
  seed: number,
  placementOf: PlacementOf = onOneDevice,
): Promise<TrainerState> {
  if (engine.memoryOfItsOwn) {
    const buffers = await fromEngine(madeState(engine, config, program, seed))
    return { buffers, position: { step: 0, tokens: 0 } }
  }
  const weights = initialWeights(config, seed)
  return {
    buffers: await uploadAll(engine, program.state, placementOf, async ({ name }) => weights.get(name)),
    position: { step: 0, tokens: 0 },
  }
}

/**
 * Weights of a checkpoint in the released layout, and an empty optimizer.
 *
 * @throws UserError when the checkpoint is of another model, or damaged
 */
export async function startFrom(
  directory: string,
  engine: Engine,
  program: StepProgram,
  placementOf: PlacementOf = onOneDevice,
): Promise<TrainerState> {
  const { specs, state } = program
  await using model = await openCheckpoint(directory)
  matchTensors(model, specs.flatMap(hfTensors))
  const buffers = await uploadAll(engine, state, placementOf, async (_, i) =>
    i < specs.length ? readParameter(model, specs[i]!) : undefined,
  )
  return { buffers, position: { step: 0, tokens: 0 } }
}

/** Writes a state's tensors: weights in the released layout, and the optimizer's. */
async function writeTensors(
  directory: string,
  config: K2Config,
  program: StepProgram,
  { buffers }: TrainerState,
): Promise<void> {
  const byName = new Map(program.state.map(({ name }, i) => [name, buffers[i]!]))
  const read = async (name: string): Promise<Float32Array> =>
    (await fromEngine(byName.get(name)!.read())) as Float32Array
  await writeCheckpointTensors(directory, streamedWeightEntries(config, read))
  const optimizer = program.state.slice(program.specs.length).map(
    ({ name, shape }): TensorEntry => ({
      name,
      type: { dtype: 'f32', shape },
      read: async () => ({ dtype: 'f32', shape, data: await read(name) }),
    }),
  )
  await writeCheckpointTensors(directory, optimizer, { base: 'optimizer' })
}

/**
 * Writes everything that a run goes on from: weights in the released layout, optimizer, position, tokenizer. Where
 * several processes hold the state, all of them call it and each writes its part.
 *
 * @param tokenizerDirectory where the tokenizer's files are
 * @param shards of several processes
 */
export async function writeState(
  directory: string,
  config: K2Config,
  program: StepProgram,
  state: TrainerState,
  tokenizerDirectory: string,
  shards?: StateShards,
): Promise<void> {
  if (shards === undefined) await writeTensors(directory, config, program, state)
  else await shards.write(directory, state)
  if (shards !== undefined && shards.group.id > 0) return
  await writeJson(join(directory, 'config.json'), toHfConfig(config))
  await writeJson(join(directory, 'trainer.json'), state.position)
  const hasChatConfig = existsSync(join(tokenizerDirectory, chatConfigFile))
  for (const file of [...tokenizerFiles, ...(hasChatConfig ? [chatConfigFile] : [])])
    await copyFile(join(tokenizerDirectory, file), join(directory, file))
}

/**
 * Reads what {@link writeState} wrote, one tensor on the host at a time.
 *
 * @throws UserError when the checkpoint is of another model or optimizer, or damaged
 */
export async function readState(
  directory: string,
  engine: Engine,
  program: StepProgram,
  placementOf: PlacementOf = onOneDevice,
): Promise<TrainerState> {
  const file = join(directory, 'trainer.json')
  const position = parseAs(positionSchema, await readJson(file), file)
  const { specs, state } = program
  await using model = await openCheckpoint(directory)
  matchTensors(model, specs.flatMap(hfTensors))
  await using optimizer = await openCheckpoint(directory, { base: 'optimizer' })
  matchTensors(optimizer, state.slice(specs.length))
  const buffers = await uploadAll(engine, state, placementOf, async ({ name }, i) =>
    i < specs.length ? readParameter(model, specs[i]!) : ((await optimizer.read(name)).data as Float32Array),
  )
  return { buffers, position }
}
