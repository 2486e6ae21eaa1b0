import { byteSize, showType, sizeOf, type Type, type TypedArray, zeros } from '../../tensor/types.ts'
import { checkUpload } from '../check-upload.ts'
import type { Address } from '../ffi/native-function.ts'
import { pointerArray } from '../ffi/pointer-array.ts'
import { addressOf } from './address-of.ts'
import { XlaBuffer } from './buffer.ts'
import { elementType } from './element-type.ts'
import { readableError } from './failure.ts'
import { type Home, localDevices } from './home.ts'
import { contiguousOffset, takeBox } from './shard-copy.ts'
import type { Spread } from './spread.ts'

/** PJRT_HostBufferSemantics. */
const [ONLY_DURING_CALL, UNTIL_TRANSFERRED] = [0, 1]
/** Up to here the plugin copies before it returns, so that a caller may fill its array anew at once. */
const COPIED_AT_ONCE = 1 << 20

/**
 * A buffer with the elements of `data`, or zeros, on this process's devices. An array of more than 1 MiB is read
 * while the copy to the device goes on: leave it unchanged until a run or a read of the buffer is over.
 *
 * @throws Error if the array is not of the type's kind or length
 */
export function uploadTo(home: Home, spread: Spread, data?: TypedArray): XlaBuffer {
  if (data !== undefined) checkUpload(spread.type, data)
  const parts = new Map<string, TypedArray>()
  const handles: Address[] = []
  try {
    for (const { position, device } of localDevices(home, spread)) {
      const start = spread.starts[position]!
      const key = start.join(',')
      const part = parts.get(key) ?? (data === undefined ? zeroPart(spread) : partOf(spread, start, data))
      parts.set(key, part)
      handles.push(send(home, device.handle, spread.shard, part))
    }
  } catch (error) {
    for (const buffer of handles) home.client.api.Buffer_Destroy({ buffer })
    throw readableError(home, error, `upload of ${showType(spread.type)}`)
  }
  return new XlaBuffer(home, spread, handles)
}

function partOf({ type, shard }: Spread, start: readonly number[], data: TypedArray): TypedArray {
  const box = { start, shape: shard.shape }
  const offset = contiguousOffset(type.shape, box)
  if (offset !== undefined) return data.subarray(offset, offset + sizeOf(shard.shape))
  const part = zeros(shard)
  takeBox(data, type.shape, box, part)
  return part
}

/** Memory fresh from the system takes no room until it is written to, which nobody does. */
const zeroPart = ({ shard }: Spread): TypedArray => zeros(shard)

let dims = pointerArray(8)

function send(home: Home, device: Address, type: Type, data: TypedArray): Address {
  const { api, handle, copies } = home.client
  if (dims.values.length < type.shape.length) dims = pointerArray(type.shape.length)
  dims.values.set(type.shape.map(BigInt))
  const { done, buffer } = api.Client_BufferFromHostBuffer({
    client: handle,
    data: { address: addressOf(data), memory: data },
    type: elementType[type.dtype],
    dims,
    dimCount: type.shape.length,
    semantics: byteSize(type) <= COPIED_AT_ONCE ? ONLY_DURING_CALL : UNTIL_TRANSFERRED,
    device,
  })
  const keep = { data }
  home.uploading.add(keep)
  // A copy that failed is told by the buffer: every run and read of it fails.
  void copies
    .add(done)
    .catch(() => {})
    .finally(() => home.uploading.delete(keep))
  return buffer
}
