import type { Layout, Placement } from '../tensor/mesh.ts'
import type { Program } from '../tensor/program.ts'
import type { Shape, Type, TypedArray } from '../tensor/types.ts'

/** Memory of one tensor that an engine holds, on one device or spread over a mesh of them; its type is that of the whole. */
export interface DeviceBuffer extends Type {
  /** The elements on the host. On engines that compute in host memory this is a view, valid until the buffer is disposed or donated. */
  read(): Promise<TypedArray>
  /**
   * The parts that this process holds, each once: all of them together are the tensor where there is one process. Where
   * there are several, `read` rejects unless this one holds everything. Engines whose buffers lie in one piece lack it.
   */
  readShards?(): Promise<readonly HostShard[]>
  [Symbol.dispose](): void
}

/** A part of a tensor on the host. */
export interface HostShard {
  /** Where it begins in the whole tensor. */
  readonly start: Shape
  readonly shape: Shape
  readonly data: TypedArray
}

export interface CompileOptions {
  /**
   * The first `donate` inputs are given up by each run, and the first `donate` outputs have their types:
   * a training state that is updated in place. A donated buffer must not be used again.
   */
  readonly donate?: number
  /** Runs the program on every device of a mesh, on shards of its inputs. Only engines with several devices take it. */
  readonly layout?: Layout
}

export interface StepMemory {
  /** Bytes of inputs and outputs, both sets of a donated state included. */
  readonly buffers: number
  /** Largest amount that intermediate values have taken so far. */
  readonly intermediates: number
}

export interface Executable {
  readonly program: Program
  /** Runs once, without blocking the event loop. Outputs belong to the caller. */
  run(inputs: readonly DeviceBuffer[]): Promise<DeviceBuffer[]>
  memory(): StepMemory
  [Symbol.dispose](): void
}

export interface Engine {
  readonly name: string
  /** Whether it computes in memory that host data must be copied to, so that what it can make itself is better made there. */
  readonly memoryOfItsOwn?: boolean
  /** Copies host data to the engine; without data the buffer is zero. `placement` spreads it over a mesh. */
  upload(type: Type, data?: TypedArray, placement?: Placement): DeviceBuffer
  compile(program: Program, options?: CompileOptions): Promise<Executable>
  [Symbol.dispose](): void
}
