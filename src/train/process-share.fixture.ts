import { runsOf } from '../checkpoint/shard-runs.ts'
import type { DeviceBuffer, Engine, HostShard } from '../engine/engine.ts'
import { deviceCount, type Placement, shardShape, shardStart } from '../tensor/mesh.ts'
import { sizeOf, type Type, zeros } from '../tensor/types.ts'

/** An engine that computes everything, and lets a process read only what its share of a mesh's devices would hold. */
export function processShare(inner: Engine, process: number, processes: number): Engine {
  function bufferOf(held: DeviceBuffer, placement: Placement | undefined): DeviceBuffer {
    const { dtype, shape } = held
    if (placement === undefined) return held
    const count = deviceCount(placement.mesh)
    const here = Array.from({ length: count }, (_, device) => device).filter(
      (device) => Math.floor((device * processes) / count) === process,
    )
    const part = shardShape(shape, placement)
    const starts = new Map(
      here.map((device) => [
        shardStart(shape, placement, device).join(),
        shardStart(shape, placement, device),
      ]),
    )
    const partType: Type = { dtype, shape: part }
    return Object.assign(Object.create(held) as DeviceBuffer, {
      async read() {
        if (starts.size * sizeOf(part) < sizeOf(shape)) throw new Error('parts of it are in other processes')
        return held.read()
      },
      async readShards(): Promise<HostShard[]> {
        const whole = await held.read()
        return [...starts.values()].map((start) => {
          const data = zeros(partType)
          for (const { inWhole, inBox, length } of runsOf(shape, { start, shape: part }))
            data.set(whole.subarray(inWhole, inWhole + length) as never, inBox)
          return { start, shape: part, data }
        })
      },
    })
  }
  return {
    name: inner.name,
    upload: (type, data, placement) => bufferOf(inner.upload(type, data, placement), placement),
    async compile(program, options = {}) {
      const executable = await inner.compile(program, options)
      const { layout } = options
      return {
        program,
        async run(inputs) {
          const outputs = await executable.run(inputs)
          return outputs.map((held, i) =>
            bufferOf(held, layout && { mesh: layout.mesh, sharding: layout.outputs[i]! }),
          )
        },
        memory: () => executable.memory(),
        [Symbol.dispose]: () => executable[Symbol.dispose](),
      }
    },
    [Symbol.dispose]: () => inner[Symbol.dispose](),
  }
}
