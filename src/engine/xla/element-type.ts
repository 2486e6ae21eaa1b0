import type { DType } from '../../tensor/types.ts'

/** PJRT_Buffer_Type. bf16 and f16 are raw bits on the host, bool is one byte. */
export const elementType = {
  bool: 1,
  i32: 4,
  u32: 8,
  f16: 10,
  f32: 11,
  bf16: 13,
} as const satisfies Record<DType, number>
