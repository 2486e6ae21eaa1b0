import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from '../../tensor/float-formats.ts'
import { type DType, type HostTensor, type Shape, sizeOf, type TypedArray } from '../../tensor/types.ts'
import type { ElementType } from './tensor-type.ts'

/** Tables of at most so many elements are written out; longer ones are blobs. */
const mostListed = 32

const hex = (bits: number, digits: number): string =>
  `0x${bits.toString(16).toUpperCase().padStart(digits, '0')}`

/** The fewest digits that give the same f32, with the point that MLIR wants. */
function shortest(value: number): string {
  let text = String(value)
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits))
    if (Math.fround(candidate) === value) {
      text = String(candidate)
      break
    }
  }
  if (Object.is(value, -0)) return '-0.0'
  const [mantissa, exponent] = text.split('e') as [string, string | undefined]
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}${exponent === undefined ? '' : `e${exponent}`}`
}

/** MLIR has no words for infinities and NaN: they are written as bits. */
const specialBits: Partial<Record<ElementType, (value: number) => string>> = {
  f32: (value) => hex(new Uint32Array(Float32Array.of(value).buffer)[0]!, 8),
  bf16: (value) => hex(f32ToBf16(Float32Array.of(value))[0]!, 4),
  f16: (value) => hex(f32ToF16(Float32Array.of(value))[0]!, 4),
}

/** One number as an element of a `dense<…>` literal. */
export function literal(value: number, dtype: ElementType): string {
  if (dtype === 'bool') return value === 0 ? 'false' : 'true'
  const bits = specialBits[dtype]
  if (bits === undefined) return String(value)
  return Number.isFinite(value) ? shortest(Math.fround(value)) : bits(value)
}

const widen: Partial<Record<DType, (bits: Uint16Array) => Float32Array>> = { bf16: bf16ToF32, f16: f16ToF32 }

/** The elements as numbers; those of bf16 and f16 decoded. */
const numbers = ({ dtype, data }: HostTensor): TypedArray => widen[dtype]?.(data as Uint16Array) ?? data

function nestedList(texts: readonly string[], shape: Shape): string {
  const [size, ...rest] = shape
  if (size === undefined) return texts[0]!
  const stride = sizeOf(rest)
  return `[${Array.from({ length: size }, (_, i) => nestedList(texts.slice(i * stride, (i + 1) * stride), rest)).join(', ')}]`
}

/** The bytes of a table as a blob, little endian. */
export const blob = (data: TypedArray): string =>
  `dense<"0x${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex').toUpperCase()}">`

/** A table as a `dense<…>` literal; null for a long table of bools, which has no portable blob. */
export function dense(table: HostTensor): string | null {
  const { dtype, shape, data } = table
  if (data.length === 0) return 'dense<>'
  if (data.every((bits) => Object.is(bits, data[0])))
    return `dense<${literal(numbers({ ...table, data: data.slice(0, 1) })[0]!, dtype)}>`
  if (data.length > mostListed) return dtype === 'bool' ? null : blob(data)
  const texts = Array.from(numbers(table), (value) => literal(value, dtype))
  return `dense<${nestedList(texts, shape)}>`
}
