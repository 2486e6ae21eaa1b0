import type { Shape, TypedArray } from '../../tensor/types.ts'
import type { Address } from '../ffi/native-function.ts'
import { pointerArray } from '../ffi/pointer-array.ts'
import { addressOf } from './address-of.ts'
import type { Client } from './client.ts'
import { newStruct } from './struct.ts'

/** sizeof(PJRT_Buffer_MemoryLayout), and of the Tiled variant inside it. */
const [LAYOUT_BYTES, TILED_BYTES] = [80, 56]

/** A PJRT_Buffer_MemoryLayout that says row-major: devices may tile and transpose as they like. */
function rowMajor(rank: number) {
  const minorToMajor = pointerArray(rank)
  for (let i = 0; i < rank; i++) minorToMajor.values[i] = BigInt(rank - 1 - i)
  const tiled = [BigInt(TILED_BYTES), 0n, minorToMajor.address, BigInt(rank)]
  return { address: newStruct(tiled, LAYOUT_BYTES), memory: minorToMajor }
}

/** Copies what a PJRT_Buffer holds, or will hold, into host memory, without blocking the event loop. */
export async function copyToHost(
  { api, copies }: Client,
  buffer: Address,
  shape: Shape,
  target: TypedArray,
): Promise<void> {
  const layout = rowMajor(shape.length)
  const { event } = api.Buffer_ToHostBuffer({
    buffer,
    layout: layout.address,
    target: addressOf(target),
    targetSize: target.byteLength,
  })
  inFlight.add(target)
  try {
    await copies.add(event)
  } finally {
    inFlight.delete(target)
    void layout.memory
  }
}

/** Arrays that a device is writing to: it knows only their addresses. */
const inFlight = new Set<TypedArray>()
