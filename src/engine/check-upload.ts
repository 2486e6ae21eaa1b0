import { showType, sizeOf, type Type, type TypedArray, zeros } from '../tensor/types.ts'

/** @throws Error if the array is not of the type's kind or length */
export function checkUpload(type: Type, data: TypedArray): void {
  const kind = zeros({ dtype: type.dtype, shape: [0] }).constructor as { new (): TypedArray; name: string }
  if (!(data instanceof kind) || data.length !== sizeOf(type.shape))
    throw new Error(
      `upload of ${showType(type)}: expected a ${kind.name} of ${sizeOf(type.shape)} elements, ` +
        `was given a ${data.constructor.name} of ${data.length}`,
    )
}
