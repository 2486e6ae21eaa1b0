import type { DeviceBuffer } from '../engine/engine.ts'

/** A buffer's floats; the buffer is disposed. */
export async function readOnce(made: Promise<DeviceBuffer>): Promise<Float32Array> {
  using buffer = await made
  return Float32Array.from(await buffer.read())
}
