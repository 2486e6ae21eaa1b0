import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sizeOf } from '../tensor/types.ts'
import type { GgufDType } from './gguf-dtypes.ts'
import { bool, f32, type GgufMetadata, type GgufValue, i32s, string, strings, u32 } from './gguf-metadata.ts'
import { readF32, readGguf } from './gguf-reader.fixture.ts'
import { scratchDirectory } from './scratch.fixture.ts'
import { type GgufTensor, writeGguf } from './write-gguf.ts'

/** A tensor whose rows come one by one. */
const tensor = (
  name: string,
  shape: readonly number[],
  data: Float32Array,
  dtype: GgufDType = 'f32',
): GgufTensor => ({
  name,
  shape,
  dtype,
  pieces: async function* () {
    const width = shape.at(-1)!
    for (let at = 0; at < data.length; at += width) yield data.subarray(at, at + width)
  },
})

async function written(metadata: GgufMetadata, tensors: readonly GgufTensor[]): Promise<Buffer> {
  await using directory = await scratchDirectory()
  const path = join(directory.path, 'x.gguf')
  await writeGguf(path, metadata, tensors)
  return await readFile(path)
}

const numbers = (count: number, of: (i: number) => number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => of(i))

const anyValue: fc.Arbitrary<GgufValue> = fc.oneof(
  fc.nat(2 ** 32 - 1).map(u32),
  fc.float({ noNaN: true }).map(f32),
  fc.boolean().map(bool),
  fc.string({ unit: 'grapheme' }).map(string),
  fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 }).map(strings),
  fc.array(fc.integer(), { maxLength: 4 }).map(i32s),
)

const anyTensor = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
  fc.float32Array({ minLength: sizeOf(shape), maxLength: sizeOf(shape), noNaN: true }).map((data) => ({
    shape,
    data,
  })),
)

test('another reader finds the metadata and the tensors', async () => {
  const key = fc
    .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
    .filter((text) => text !== '__proto__')
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(key, anyValue, { maxKeys: 6, noNullPrototype: true }),
      fc.array(anyTensor, { maxLength: 5 }),
      async (metadata, tensors) => {
        const file = readGguf(
          await written(
            metadata,
            tensors.map(({ shape, data }, i) => tensor(`t${i}`, shape, data)),
          ),
        )
        expect(file.version).toBe(3)
        expect(file.metadata).toEqual(
          Object.fromEntries(Object.entries(metadata).map(([name, { value }]) => [name, value])),
        )
        for (const [i, { shape, data }] of tensors.entries()) {
          expect(file.tensors[`t${i}`]!.dimensions).toEqual(shape.toReversed())
          expect(readF32(file, `t${i}`)).toEqual(data)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('tensors lie one after the other at multiples of 32 bytes, to the end of the file', async () => {
  const { tensors, bytes } = readGguf(
    await written({}, [
      tensor('a', [3], numbers(3, Math.sin)),
      tensor('b', [5, 7], numbers(35, Math.cos), 'f16'),
      tensor('c', [8], numbers(8, Math.cos)),
    ]),
  )
  const start = tensors.a!.position
  expect(start % 32).toBe(0)
  expect(tensors.b!.position).toBe(start + 32)
  expect(tensors.c!.position).toBe(start + 32 + 96)
  expect(bytes.length).toBe(start + 32 + 96 + 32)
  expect(bytes.subarray(start + 12, start + 32).every((byte) => byte === 0)).toBe(true)
})

test('the bits of narrow types', async () => {
  const data = Float32Array.of(1, -2, 65504, 0.1)
  const { tensors, bytes } = readGguf(
    await written({}, [tensor('half', [4], data, 'f16'), tensor('brain', [4], data, 'bf16')]),
  )
  const bits = (name: string) =>
    [0, 2, 4, 6].map((i) => bytes.readUInt16LE(tensors[name]!.position + i).toString(16))
  expect(tensors.half!.type).toBe(1)
  expect(bits('half')).toEqual(['3c00', 'c000', '7bff', '2e66'])
  expect(tensors.brain!.type).toBe(30)
  expect(bits('brain')).toEqual(['3f80', 'c000', '4780', '3dcd'])
})

test('Q8_0: blocks of 32 in 127ths of their largest', async () => {
  const data = numbers(96, (i) => (i < 32 ? i - 31 : i < 64 ? 0 : Math.sin(i)))
  const { tensors, bytes } = readGguf(await written({}, [tensor('q', [3, 32], data, 'q8_0')]))
  const { position, type } = tensors.q!
  expect(type).toBe(8)
  const scales = [0, 1, 2].map((b) => readHalf(bytes, position + 34 * b))
  const values = (b: number) =>
    Array.from({ length: 32 }, (_, i) => bytes.readInt8(position + 34 * b + 2 + i))
  // 31/127, to the eleven bits of a half.
  expect(Math.abs(scales[0]! - 31 / 127)).toBeLessThan(31 / 127 / 2048)
  expect(values(0)[0]).toBe(-127)
  expect(values(0)[31]).toBe(0)
  expect(scales[1]).toBe(0)
  expect(values(1)).toEqual(Array(32).fill(0))
  for (const [i, q] of values(2).entries())
    expect(Math.abs(q * scales[2]! - data[64 + i]!)).toBeLessThan(scales[2]! * 0.6)
})

/** A normal half, by its definition. */
function readHalf(bytes: Buffer, at: number): number {
  const bits = bytes.readUInt16LE(at)
  return bits === 0 ? 0 : (1 + (bits & 1023) / 1024) * 2 ** ((bits >> 10) - 15)
}

test('what does not fit is an error, and the older file stays', async () => {
  await using directory = await scratchDirectory()
  const path = join(directory.path, 'x.gguf')
  await writeFile(path, 'older')
  const refused = (...tensors: GgufTensor[]) => expect(writeGguf(path, {}, tensors)).rejects
  const ones = new Float32Array(4).fill(1)
  await refused(tensor('a', [3, 2], ones)).toThrow('a: [3,2] was announced, 4 values came')
  await refused(tensor('a', [3, 1], ones)).toThrow('a: a piece of 1 values does not fit [3,1]')
  await refused(tensor('a', [4], ones), tensor('a', [4], ones)).toThrow('two tensors cannot both be called a')
  await refused(tensor('a', [4], ones, 'q8_0')).toThrow('rows of 4 are not whole q8_0 blocks of 32')
  await refused(tensor('a'.repeat(64), [4], ones)).toThrow("longer than ggml's names")
  await refused(tensor('a', [1, 1, 1, 1, 4], ones)).toThrow('1 to 4 dimensions')
  expect(await readFile(path, 'utf8')).toBe('older')
  expect(await readdir(directory.path)).toEqual(['x.gguf'])
})
