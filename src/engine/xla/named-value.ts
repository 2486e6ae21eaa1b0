import { koffi } from '../ffi/koffi.ts'
import type { Address } from '../ffi/native-function.ts'
import { type PointerArray, pointerArray, textArray } from '../ffi/pointer-array.ts'
import { bool, int64 } from './struct.ts'

/** What a PJRT_NamedValue holds. A number with `float` is a C float; other numbers are 64-bit integers. */
export type NamedValue = string | number | boolean | readonly number[] | { readonly float: number }

/** struct_size, extension_start, name, name_size, type, value, value_size. Arrays of it have this stride. */
const SLOTS = 7
const [STRING, INT64, INT64_LIST, FLOAT, BOOL] = [0, 1, 2, 3, 4]

/** An array of PJRT_NamedValue and what its pointers point to. */
export interface NamedValues {
  readonly address: Address
  readonly count: number
  readonly memory: readonly PointerArray[]
}

export function namedValues(values: Readonly<Record<string, NamedValue>>): NamedValues {
  const entries = Object.entries(values)
  const array = pointerArray(SLOTS * entries.length)
  const keep: PointerArray[] = [array]
  const textAt = (text: string): bigint => {
    const texts = textArray([text])
    keep.push(texts)
    return texts.values[0]!
  }
  entries.forEach(([name, value], i) => {
    const [type, slot, size] = encode(value, keep, textAt)
    const fields = [BigInt(8 * SLOTS), 0n, textAt(name), byteLength(name), BigInt(type), slot, size]
    array.values.set(fields, SLOTS * i)
  })
  return { address: array.address, count: entries.length, memory: keep }
}

const byteLength = (text: string): bigint => BigInt(Buffer.byteLength(text))

function encode(
  value: NamedValue,
  keep: PointerArray[],
  textAt: (text: string) => bigint,
): readonly [type: number, slot: bigint, size: bigint] {
  if (typeof value === 'string') return [STRING, textAt(value), byteLength(value)]
  if (typeof value === 'boolean') return [BOOL, value ? 1n : 0n, 1n]
  if (typeof value === 'number') return [INT64, BigInt.asUintN(64, BigInt(value)), 1n]
  if ('float' in value) return [FLOAT, BigInt(new Uint32Array(Float32Array.of(value.float).buffer)[0]!), 1n]
  const list = pointerArray(value.length)
  list.values.set(value.map(BigInt))
  keep.push(list)
  return [INT64_LIST, list.address, BigInt(value.length)]
}

/** Reads an array that a plugin has made: its entries tell their own size. */
export function readNamedValues(address: Address, count: number): Record<string, string | number | boolean> {
  const result: Record<string, string | number | boolean> = {}
  let at = address
  for (let i = 0; i < count; i++) {
    const slots: bigint[] = koffi.decode(at, koffi.array('uint64', SLOTS, 'Array')).map(BigInt)
    const name = koffi.decode.string(slots[2], slots[3])
    result[name] = decode(Number(slots[4]! & 0xffffffffn), slots[5]!, slots[6]!)
    at += slots[0]!
  }
  return result
}

function decode(type: number, slot: bigint, size: bigint): string | number | boolean {
  if (type === STRING) return size === 0n ? '' : koffi.decode.string(slot, size)
  if (type === BOOL) return bool(slot)
  if (type === FLOAT) return new Float32Array(Uint32Array.of(Number(slot & 0xffffffffn)).buffer)[0]!
  if (type === INT64) return int64(slot)
  return koffi
    .decode(slot, koffi.array('int64', Number(size), 'Array'))
    .map(Number)
    .join('.')
}
