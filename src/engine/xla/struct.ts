import { type PointerArray, pointerArray } from '../ffi/pointer-array.ts'

/**
 * Bytes of an argument struct as we make it. A plugin refuses one that is smaller than its own, and takes a larger
 * one whose tail is zero: the largest of today's (0.112) has 185 bytes, and newer plugins may append fields.
 */
export const STRUCT_BYTES = 256

/** The fields begin after `struct_size` and `extension_start`. */
export const FIRST_FIELD = 2

/** A zeroed struct that tells its size, with values for its first fields. */
export function newStruct(fields: readonly bigint[] = [], bytes = STRUCT_BYTES): PointerArray {
  const struct = pointerArray(bytes / 8)
  struct.values[0] = BigInt(bytes)
  struct.values.set(fields, FIRST_FIELD)
  return struct
}

/** A signed 32-bit field; the upper half of its slot is padding. */
export const int32 = (slot: bigint): number => Number(BigInt.asIntN(32, slot))

/** A signed 64-bit field. */
export const int64 = (slot: bigint): number => Number(BigInt.asIntN(64, slot))

/** A bool field: one byte, the rest of its slot is padding. */
export const bool = (slot: bigint): boolean => (slot & 0xffn) !== 0n
