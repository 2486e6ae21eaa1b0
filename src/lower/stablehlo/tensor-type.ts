import type { DType, Shape } from '../../tensor/types.ts'

/** Element types of the text: those of the IR, and bytes for tables of bools and for workspaces. */
export type ElementType = DType | 'u8'

export interface TensorType {
  readonly dtype: ElementType
  readonly shape: Shape
}

const elementText: Readonly<Record<ElementType, string>> = {
  f32: 'f32',
  bf16: 'bf16',
  f16: 'f16',
  i32: 'i32',
  u32: 'ui32',
  bool: 'i1',
  u8: 'ui8',
}

/** `tensor<2x3xf32>` */
export const tensorType = ({ dtype, shape }: TensorType): string =>
  `tensor<${shape.map((size) => `${size}x`).join('')}${elementText[dtype]}>`

/** Types of several values, as ops without a pretty form and function results have them: `(tensor<f32>, tensor<i32>)`. */
export const typeList = (types: readonly TensorType[]): string => `(${types.map(tensorType).join(', ')})`

/** The type after `->`: one without parentheses, several with them. */
export const resultTypes = (types: readonly TensorType[]): string =>
  types.length === 1 ? tensorType(types[0]!) : typeList(types)

export const scalarOf = (dtype: ElementType): TensorType => ({ dtype, shape: [] })

/** `[0, 2]` */
export const numberList = (values: readonly number[]): string => `[${values.join(', ')}]`

/** `array<i64: 1, 8>` */
export const int64Array = (values: readonly number[]): string =>
  values.length === 0 ? 'array<i64>' : `array<i64: ${values.join(', ')}>`
