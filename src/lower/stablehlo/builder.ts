import type { Mesh } from '../../tensor/mesh.ts'
import type { Value } from '../../tensor/program.ts'
import { type TensorType, tensorType } from './tensor-type.ts'

/** What the text is compiled for. Kernels of our own exist only where they were written; `cpu` has plain ops only. */
export type Platform = 'cuda' | 'rocm' | 'tpu' | 'cpu'

/** A value of the text: its name and type. The type differs from the IR's where a product keeps its f32 sum. */
export interface Ssa extends TensorType {
  readonly name: string
}

/** Everything a lowering rule may do: look up operands, add lines, put results. */
export interface Builder {
  readonly platform: Platform
  /** The devices that a program with a layout runs on. */
  readonly mesh: Mesh | null
  readonly values: Map<number, Ssa>
  /** Ids of narrow products that are wanted in f32 only: see wide-products.ts. */
  readonly wide: Set<number>
  /** By the name of the result: gathers of rows, through which a kernel may read the array itself. */
  readonly gathers: Map<string, { readonly array: Ssa; readonly index: Ssa }>
  /** Lines of the region under construction. */
  lines: string[]
  /** Scalar constants of the region under construction, by their text. */
  known: Map<string, Ssa>
  /** Values are named after the IR's op that they belong to. */
  label: string
  /** The user's line as MLIR location. */
  loc: string
  readonly counter: { value: number; channel: number }
}

export const newBuilder = (platform: Platform, mesh: Mesh | null): Builder => ({
  platform,
  mesh,
  values: new Map(),
  wide: new Set(),
  gathers: new Map(),
  lines: [],
  known: new Map(),
  label: 'value',
  loc: '',
  counter: { value: 0, channel: 0 },
})

export const freshName = (b: Builder): string => `%${b.label}${b.counter.value++}`

/** Channels tell collectives apart. */
export const freshChannel = (b: Builder): number => ++b.counter.channel

/** Adds an op with results of the given types. `text` is what stands behind the equals sign. */
export function emitAll(b: Builder, types: readonly TensorType[], text: string): readonly Ssa[] {
  const name = freshName(b)
  const many = types.length > 1
  const left = types.length === 0 ? '' : many ? `${name}:${types.length} = ` : `${name} = `
  b.lines.push(`${left}${text}${b.loc}`)
  return types.map(({ dtype, shape }, i) => ({ name: many ? `${name}#${i}` : name, dtype, shape }))
}

/** Adds an op with one result. */
export const emit = (b: Builder, type: TensorType, text: string): Ssa => emitAll(b, [type], text)[0]!

/** The value of the text that stands for a value of the IR. */
export function get(b: Builder, value: Value): Ssa {
  const found = b.values.get(value.id)
  if (found === undefined) throw new Error('stablehlo lowering: a value is used before it is defined')
  return found
}

export const put = (b: Builder, value: Value, ssa: Ssa): void => {
  b.values.set(value.id, ssa)
}

/** Lines one level deeper. */
export const indented = (lines: readonly string[]): string => lines.join('\n').replace(/^(?=.)/gm, '  ')

/** The text of a region, without braces: what `build` adds, ended by `terminator` with the values that it returns. */
export function region(b: Builder, terminator: string, build: () => readonly Ssa[]): string {
  const outer = { lines: b.lines, known: b.known, label: b.label, loc: b.loc }
  b.lines = []
  b.known = new Map()
  const results = build()
  const types = results.map(tensorType).join(', ')
  const operands = results.map(({ name }) => name).join(', ')
  const text = indented([
    ...b.lines,
    results.length === 0 ? terminator : `${terminator} ${operands} : ${types}`,
  ])
  Object.assign(b, outer)
  return text
}
