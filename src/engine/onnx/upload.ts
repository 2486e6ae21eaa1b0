import { type Type, type TypedArray, viewOf } from '../../tensor/types.ts'
import { checkUpload } from '../check-upload.ts'
import { OnnxBuffer } from './buffer.ts'
import type { TensorPool } from './tensor-pool.ts'

/**
 * A buffer with a copy of `data`, or zeros.
 *
 * @throws Error if the array is not of the type's kind or length.
 */
export function uploadInto(pool: TensorPool, type: Type, data?: TypedArray): OnnxBuffer {
  if (data !== undefined) checkUpload(type, data)
  const tensor = pool.take({ dtype: type.dtype, shape: [...type.shape] })
  const target = viewOf(tensor.type, tensor.memory.buffer, tensor.memory.offset)
  if (data === undefined) target.fill(0)
  else target.set(data)
  return new OnnxBuffer(pool, tensor)
}
