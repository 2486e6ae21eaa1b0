import type { Program } from '../../tensor/program.ts'
import { byteSize, sameType, showType, type Type } from '../../tensor/types.ts'
import type { DeviceBuffer, Executable, StepMemory } from '../engine.ts'
import { XlaBuffer } from './buffer.ts'
import { readableError } from './failure.ts'
import type { Home } from './home.ts'
import { type Launched, launcher } from './launch.ts'
import { type Loaded, unload } from './loaded.ts'
import { meansLostDevice } from './pjrt-error.ts'
import type { Signature } from './signature.ts'
import { type Spread, showSharding } from './spread.ts'

/** A compiled program. Runs are given to the devices in the order in which they are asked for. */
export class XlaExecutable implements Executable {
  readonly program: Program
  readonly #home: Home
  readonly #loaded: Loaded
  readonly #signature: Signature
  readonly #launch: ReturnType<typeof launcher>
  /** For each of the plugin's devices, its place among the handles of a buffer. */
  readonly #order: readonly number[]
  readonly #onRelease: (executable: XlaExecutable) => void
  #runs = 0
  #disposed = false
  #released = false

  constructor(
    home: Home,
    loaded: Loaded,
    signature: Signature,
    order: readonly number[],
    firstLaunch: number,
    onRelease: (executable: XlaExecutable) => void,
  ) {
    this.program = signature.program
    this.#home = home
    this.#loaded = loaded
    this.#signature = signature
    this.#order = order
    this.#launch = launcher(home.client.api, loaded, signature.inputs.length, firstLaunch)
    this.#onRelease = onRelease
  }

  /**
   * Gives the run to the devices and resolves at once: the outputs' data comes later, and `read` waits for it. With
   * four runs under way it waits for the oldest first.
   *
   * @throws UserError if the device memory does not suffice
   * @throws Error if an input does not fit, or a run before this one failed on the device
   */
  run(inputs: readonly DeviceBuffer[]): Promise<DeviceBuffer[]> {
    // Not async: a wrong input is reported before anything is claimed, and inputs are claimed when run is called.
    try {
      this.#assertUsable()
      const buffers = this.#checked(inputs)
      buffers.forEach((buffer, i) => {
        buffer.beginRun(i < this.#signature.donate)
      })
      this.#runs++
      return new Promise((resolve, reject) => {
        this.#home.gate.enter(() => {
          // One launch after another, in the order in which they were asked for: so the devices get them.
          const made = this.#home.launches.then(() => this.#perform(buffers))
          this.#home.launches = made.then(
            () => {},
            () => {},
          )
          made.then(resolve, (error) => {
            this.#finish()
            reject(error)
          })
        })
      })
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async #perform(inputs: readonly XlaBuffer[]): Promise<DeviceBuffer[]> {
    let launched: Launched | undefined
    try {
      this.#throwFailure()
      launched = await this.#launch(inputs, this.#order)
    } catch (error) {
      throw this.#readable(error)
    } finally {
      inputs.forEach((buffer, i) => {
        buffer.endRun(launched === undefined && i < this.#signature.donate && !this.#consumed(buffer))
      })
    }
    const outputs = launched.outputs.map(
      (handles, i) => new XlaBuffer(this.#home, this.#signature.outputs[i]!, handles),
    )
    const ends = launched.events.map((event) => this.#home.client.runs.add(event))
    void Promise.allSettled(ends).then((results) => {
      const failed = results.find((result) => result.status === 'rejected')
      if (failed !== undefined) this.#home.failure ??= this.#readable(failed.reason)
      this.#finish()
    })
    return outputs
  }

  /** A launch that failed may have taken donated inputs nevertheless. */
  #consumed({ handles }: XlaBuffer): boolean {
    const { api } = this.#home.client
    return handles.some((buffer) => (api.Buffer_IsDeleted({ buffer }).deleted & 1n) === 1n)
  }

  #readable(error: unknown): Error {
    if (error === this.#home.failure) return error as Error
    return readableError(this.#home, error, this.program.name, this.#loaded.memory)
  }

  /** What went wrong on the device in an earlier run. A lost device stays lost; anything else is told once. */
  #throwFailure(): void {
    const { failure } = this.#home
    if (failure === undefined) return
    if (!meansLostDevice(failure.cause)) this.#home.failure = undefined
    throw failure
  }

  #finish(): void {
    this.#runs--
    this.#home.gate.leave()
    this.#releaseIfUnused()
  }

  #checked(inputs: readonly DeviceBuffer[]): readonly XlaBuffer[] {
    const { program, inputs: spreads, donate } = this.#signature
    if (inputs.length !== spreads.length)
      throw new Error(`${program.name}: takes ${spreads.length} inputs, was given ${inputs.length}`)
    const donated = new Set<DeviceBuffer>()
    return inputs.map((buffer, i) => {
      const { type, key, placement } = spreads[i]!
      const fail = (what: string) => new Error(`${program.name}: input ${i} (${showType(type)}): ${what}`)
      if (!(buffer instanceof XlaBuffer) || buffer.home !== this.#home)
        throw fail('not a buffer of this engine; upload it first')
      if (!sameType(buffer, type)) throw fail(`was given ${showType(buffer)}`)
      if (buffer.spread.key !== key)
        throw fail(
          `lies as ${showSharding(buffer.spread.placement.sharding)} on ${buffer.spread.starts.length} devices, ` +
            `the program takes it as ${showSharding(placement.sharding)} on ${spreads[i]!.starts.length}`,
        )
      const end = buffer.end
      if (end !== undefined) throw fail(`its buffer was ${end}; it has no data any more`)
      if (i < donate) {
        if (donated.has(buffer)) throw fail('the same buffer is donated twice')
        donated.add(buffer)
      }
      return buffer
    })
  }

  /** Bytes on one device, as the compiler planned them. */
  memory(): StepMemory {
    this.#assertUsable()
    const { memory } = this.#loaded
    const { inputs, outputs } = this.#signature
    const size = (spreads: readonly Spread[]): number =>
      spreads.reduce((sum, { shard }: { shard: Type }) => sum + byteSize(shard), 0)
    if (memory === undefined) return { buffers: size(inputs) + size(outputs), intermediates: 0 }
    return { buffers: memory.inputs + memory.outputs - memory.alias, intermediates: memory.temporary }
  }

  #assertUsable(): void {
    if (this.#disposed) throw new Error(`${this.program.name}: the executable was disposed`)
  }

  /** New runs are refused at once; those under way are finished first. */
  [Symbol.dispose](): void {
    this.#disposed = true
    this.#releaseIfUnused()
  }

  #releaseIfUnused(): void {
    if (!this.#disposed || this.#released || this.#runs > 0) return
    this.#released = true
    unload(this.#home.client.api, this.#loaded.handle)
    this.#onRelease(this)
  }
}
