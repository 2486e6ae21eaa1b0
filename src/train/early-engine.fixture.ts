import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import type { Type } from '../tensor/types.ts'

interface EarlyBuffer extends DeviceBuffer {
  readonly held: Promise<DeviceBuffer>
  readonly state: { end: 'disposed' | 'donated' | null }
}

/** What the fake was asked for, in order: `run training_step 0`, `read training_step 0`. Each run is read once here. */
export interface EarlyEngine extends Engine {
  readonly log: readonly string[]
  /** Buffers that were neither disposed nor donated. */
  readonly live: () => number
}

/** Lets the engine fail in the run of a program that has this number, from 0. */
export interface Failure {
  readonly program: string
  readonly run: number
  /** At the call, or, as devices do, when the outputs are read. */
  readonly when: 'run' | 'read'
}

/** An engine whose runs resolve before anything is computed, as those on devices do; reads wait. */
export function earlyEngine(inner: Engine, failure?: Failure): EarlyEngine {
  const log: string[] = []
  const counts = new Map<string, number>()
  const live = new Set<object>()
  let last: Promise<unknown> = Promise.resolve()

  function bufferOf({ dtype, shape }: Type, held: Promise<DeviceBuffer>, name?: string): EarlyBuffer {
    held.catch(() => {})
    const state: EarlyBuffer['state'] = { end: null }
    live.add(state)
    return {
      dtype,
      shape,
      held,
      state,
      async read() {
        if (state.end !== null) throw new Error(`read of a buffer that was ${state.end}`)
        if (name !== undefined && !log.includes(`read ${name}`)) log.push(`read ${name}`)
        return (await held).read()
      },
      [Symbol.dispose]() {
        state.end ??= 'disposed'
        live.delete(state)
      },
    }
  }

  return {
    name: 'early',
    log,
    live: () => live.size,
    upload: (type, data, placement) => bufferOf(type, Promise.resolve(inner.upload(type, data, placement))),
    async compile(program, options = {}) {
      const executable = await inner.compile(program, options)
      return {
        program,
        async run(inputs) {
          const number = counts.get(program.name) ?? 0
          counts.set(program.name, number + 1)
          const name = `${program.name} ${number}`
          log.push(`run ${name}`)
          const fails = failure?.program === program.name && failure.run === number
          if (fails && failure.when === 'run') throw new Error('the device is gone')
          const given = inputs as readonly EarlyBuffer[]
          for (const { state } of given)
            if (state.end !== null) throw new Error(`${name}: an input was ${state.end}`)
          for (const { state } of given.slice(0, options.donate ?? 0)) {
            state.end = 'donated'
            live.delete(state)
          }
          const outputs = last.then(async () => {
            if (fails) throw new Error('the device is gone')
            return executable.run(await Promise.all(given.map(({ held }) => held)))
          })
          last = outputs.catch(() => {})
          return program.outputs.map((type, i) =>
            bufferOf(
              type,
              outputs.then((all) => all[i]!),
              name,
            ),
          )
        },
        memory: () => executable.memory(),
        [Symbol.dispose]: () => executable[Symbol.dispose](),
      }
    },
    [Symbol.dispose]: () => inner[Symbol.dispose](),
  }
}
