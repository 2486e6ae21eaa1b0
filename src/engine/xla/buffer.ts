import { type DType, type Shape, showType, sizeOf, type TypedArray, zeros } from '../../tensor/types.ts'
import type { DeviceBuffer, HostShard } from '../engine.ts'
import type { Address } from '../ffi/native-function.ts'
import { readableError } from './failure.ts'
import { type Home, isLocal, localDevices } from './home.ts'
import { countHandle } from './live-handles.ts'
import { contiguousOffset, putBox } from './shard-copy.ts'
import { distinctShards, type Spread, showSharding } from './spread.ts'
import { copyToHost } from './to-host.ts'

/** A tensor on one device or spread over a mesh. Disposing it while a run reads it is allowed. */
export class XlaBuffer implements DeviceBuffer {
  readonly dtype: DType
  readonly shape: Shape
  readonly home: Home
  readonly spread: Spread
  /** PJRT_Buffers of this process's devices, in the order of the mesh. */
  readonly handles: readonly Address[]
  #donated = false
  #disposed = false
  #runs = 0
  #destroyed = false

  constructor(home: Home, spread: Spread, handles: readonly Address[]) {
    this.dtype = spread.type.dtype
    this.shape = spread.type.shape
    this.home = home
    this.spread = spread
    this.handles = handles
    countHandle('buffers', handles.length)
    home.buffers.add(this)
  }

  /**
   * The whole tensor, when the runs that make it are over.
   *
   * @throws Error if other processes hold parts of it, or if the run that should have made it failed
   */
  async read(): Promise<TypedArray> {
    this.#assertData()
    if (!isLocal(this.home, this.spread))
      throw new Error(
        `The buffer ${showType(this)} is spread over several processes as ` +
          `${showSharding(this.spread.placement.sharding)}; read its shards in each (readShards)`,
      )
    const whole = zeros(this)
    const { shard } = this.spread
    await Promise.all(
      this.#distinct().map(async ({ start, handle }) => {
        const box = { start, shape: shard.shape }
        const offset = contiguousOffset(this.shape, box)
        const part =
          offset === undefined ? zeros(shard) : whole.subarray(offset, offset + sizeOf(shard.shape))
        await this.#copy(handle, part)
        if (offset === undefined) putBox(whole, this.shape, box, part)
      }),
    )
    return whole
  }

  /** Every part that this process holds, each once. */
  async readShards(): Promise<HostShard[]> {
    this.#assertData()
    const { shard } = this.spread
    return Promise.all(
      this.#distinct().map(async ({ start, handle }) => {
        const data = zeros(shard)
        await this.#copy(handle, data)
        return { start, shape: shard.shape, data }
      }),
    )
  }

  #distinct(): readonly { readonly start: Shape; readonly handle: Address }[] {
    const here = localDevices(this.home, this.spread).map(({ position }) => position)
    return distinctShards(this.spread, here).map((position) => ({
      start: this.spread.starts[position]!,
      handle: this.handles[here.indexOf(position)]!,
    }))
  }

  async #copy(handle: Address, target: TypedArray): Promise<void> {
    try {
      await copyToHost(this.home.client, handle, this.spread.shard.shape, target)
    } catch (error) {
      throw readableError(this.home, error, `reading ${showType(this)}`)
    }
  }

  #assertData(): void {
    if (this.end !== undefined)
      throw new Error(`The buffer ${showType(this)} was ${this.end}; it has no data any more`)
  }

  /** How the buffer lost its data, if it did. */
  get end(): string | undefined {
    if (this.#donated) return 'donated'
    if (this.#disposed) return 'disposed'
    return this.home.closed ? 'disposed with its engine' : undefined
  }

  /** A run will read the buffer: it stays until `endRun`. */
  beginRun(donate: boolean): void {
    if (donate) this.#donated = true
    this.#runs++
  }

  /** The run was given to the devices, or could not be: then its donated inputs are not used up. */
  endRun(restore: boolean): void {
    this.#runs--
    if (restore) this.#donated = false
    this.#destroyIfUnused()
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    this.#destroyIfUnused()
  }

  /** The devices keep the memory until the runs that were given it are over. */
  #destroyIfUnused(): void {
    if (!(this.#donated || this.#disposed) || this.#runs > 0 || this.#destroyed) return
    this.#destroyed = true
    for (const buffer of this.handles) this.home.client.api.Buffer_Destroy({ buffer })
    countHandle('buffers', -this.handles.length)
    this.home.buffers.delete(this)
  }
}
