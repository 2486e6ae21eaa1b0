import type { TypedArray } from '../../tensor/types.ts'
import { koffi } from '../ffi/koffi.ts'
import type { Address } from '../ffi/native-function.ts'
import { pointerArray } from '../ffi/pointer-array.ts'

const somewhere = pointerArray(8)

/** Where an array lies. One without elements lies nowhere, and a plugin takes no null: it gets memory it will not touch. */
export const addressOf = (data: TypedArray): Address =>
  data.byteLength === 0 ? somewhere.address : koffi.address(data)
