import { type ShardedTensor, shareOut, type WrittenHere, writeShards } from '../checkpoint/write-shards.ts'
import type { DeviceBuffer, HostShard } from '../engine/engine.ts'
import type { ProcessGroup } from '../files/process-group.ts'
import { hfTensors } from '../nn/parameters.ts'
import { fromEngine } from './engine-failure.ts'
import type { StepProgram } from './step.ts'
import type { TrainerState } from './trainer-state.ts'

/** Writes the state of a run that several processes hold. */
export interface StateShards {
  readonly group: ProcessGroup
  /** To be called by all processes. */
  write(directory: string, state: TrainerState): Promise<void>
}

/** A buffer that lies in one piece is its own shard. */
async function shardsOf(buffer: DeviceBuffer): Promise<readonly HostShard[]> {
  if (buffer.readShards !== undefined) return buffer.readShards()
  const { shape } = buffer
  return [{ start: shape.map(() => 0), shape, data: await buffer.read() }]
}

/** For a step's state, which lies the same way in every checkpoint: who writes what is agreed on in the first. */
export function createStateShards({ specs, state }: StepProgram, group: ProcessGroup): StateShards {
  const stored = [...specs.map(hfTensors), ...state.slice(specs.length).map((tensor) => [tensor])]
  let agreed: WrittenHere | null = null
  return {
    group,
    async write(directory, { buffers }) {
      const tensors = state.map(
        ({ shape }, i): ShardedTensor => ({
          type: { dtype: 'f32', shape },
          stored: stored[i]!,
          readShards: () => fromEngine(shardsOf(buffers[i]!)),
        }),
      )
      agreed ??= await shareOut(tensors, group)
      const files = [
        { from: 0, to: specs.length, base: 'model' },
        { from: specs.length, to: state.length, base: 'optimizer' },
      ]
      for (const { from, to, base } of files)
        await writeShards(directory, tensors.slice(from, to), agreed.slice(from, to), group, { base })
    },
  }
}
