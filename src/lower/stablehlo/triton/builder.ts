/**
 * A kernel in Triton's tile language, written out as its IR text (the `tt`, `scf` and `arith` dialects): what the Triton
 * compiler inside XLA's GPU plugin reads. Numbers stand for constants, scalars spread over tiles, and tiles of shapes
 * [n,1] and [1,m] spread over [n,m], so that a kernel reads like the index arithmetic it is.
 */
export type Element = 'i1' | 'i32' | 'i64' | 'f32' | 'bf16'
type PointerTo = `!tt.ptr<${Element}>`

/** A scalar (shape `[]`) or a tile, whose sizes are powers of two. */
export interface Value {
  readonly name: string
  readonly element: Element | PointerTo
  readonly shape: readonly number[]
}
type Operand = Value | number

const typeOf = ({ element, shape }: Pick<Value, 'element' | 'shape'>): string =>
  shape.length === 0 ? element : `tensor<${shape.join('x')}x${element}>`
const typesOf = (values: readonly Value[]): string => values.map(typeOf).join(', ')
const pointee = (value: Value): Element => value.element.slice('!tt.ptr<'.length, -1) as Element

export type Kernel = ReturnType<typeof kernelBuilder>

function kernelBuilder() {
  const lines: string[] = []
  let indent = '    '
  let count = 0

  const line = (text: string): void => {
    lines.push(indent + text)
  }
  const fresh = (element: Value['element'], shape: Value['shape']): Value => ({
    name: `%${count++}`,
    element,
    shape,
  })
  const put = (element: Value['element'], shape: Value['shape'], op: (result: Value) => string): Value => {
    const result = fresh(element, shape)
    line(`${result.name} = ${op(result)}`)
    return result
  }
  const inside = (body: () => void): void => {
    const outer = indent
    indent += '  '
    body()
    indent = outer
  }

  const constant = (value: number, element: Element = 'i32'): Value =>
    put(
      element,
      [],
      () => `arith.constant ${element.startsWith('i') ? value : value.toFixed(1)} : ${element}`,
    )

  /** `value` spread over `shape`, of which it must have every size or 1. */
  const spread = (value: Value, shape: Value['shape']): Value => {
    if (value.shape.join() === shape.join()) return value
    const op = value.shape.length === 0 ? 'tt.splat' : 'tt.broadcast'
    return put(value.element, shape, (to) => `${op} ${value.name} : ${typeOf(value)} -> ${typeOf(to)}`)
  }
  const common = (a: Value, b: Value): number[] => {
    const [long, short] = a.shape.length >= b.shape.length ? [a.shape, b.shape] : [b.shape, a.shape]
    if (short.length > 0 && short.length !== long.length)
      throw new Error(`tiles [${a.shape}] and [${b.shape}] do not spread over each other`)
    return long.map((size, d) => Math.max(size, short[d] ?? 1))
  }
  const pair = (a: Operand, b: Operand): [Value, Value] => {
    const like = typeof a === 'object' ? a : typeof b === 'object' ? b : undefined
    const element = (like?.element ?? 'i32') as Element
    const left = typeof a === 'number' ? constant(a, element) : a
    const right = typeof b === 'number' ? constant(b, element) : b
    if (left.element !== right.element)
      throw new Error(`elements ${left.element} and ${right.element} differ`)
    const shape = common(left, right)
    return [spread(left, shape), spread(right, shape)]
  }
  const binary =
    (op: string) =>
    (a: Operand, b: Operand): Value => {
      const [x, y] = pair(a, b)
      return put(x.element, x.shape, (to) => `${op} ${x.name}, ${y.name} : ${typeOf(to)}`)
    }

  return {
    line,
    inside,
    text: (): string => lines.join('\n'),

    constant,
    /** The number of this program along the grid's only dimension, i32. */
    programId: (): Value => put('i32', [], () => 'tt.get_program_id x : i32'),
    /** `0, 1, … size - 1`. */
    range: (size: number): Value =>
      put('i32', [size], (to) => `tt.make_range {end = ${size} : i32, start = 0 : i32} : ${typeOf(to)}`),
    zeros: (shape: readonly number[], element: Element): Value => spread(constant(0, element), shape),
    /** A range standing upright, [n,1]: one value for each row of a tile. */
    rows: (v: Value): Value =>
      put(
        v.element,
        [v.shape[0]!, 1],
        (to) => `tt.expand_dims ${v.name} {axis = 1 : i32} : ${typeOf(v)} -> ${typeOf(to)}`,
      ),
    /** A range lying down, [1,m]: one value for each column of a tile. */
    columns: (v: Value): Value =>
      put(
        v.element,
        [1, v.shape[0]!],
        (to) => `tt.expand_dims ${v.name} {axis = 0 : i32} : ${typeOf(v)} -> ${typeOf(to)}`,
      ),

    add: binary('arith.addi'),
    sub: binary('arith.subi'),
    mul: (a: Value, b: Operand): Value => (b === 1 ? a : binary('arith.muli')(a, b)),
    div: binary('arith.divsi'),
    rem: binary('arith.remsi'),
    min: binary('arith.minsi'),
    and: binary('arith.andi'),
    less: (a: Operand, b: Operand): Value => {
      const [x, y] = pair(a, b)
      return put('i1', x.shape, () => `arith.cmpi slt, ${x.name}, ${y.name} : ${typeOf(x)}`)
    },
    /** An i32 as an i64: an offset into an array may need it, one inside a tile does not. */
    wide: (v: Value): Value =>
      put('i64', v.shape, (to) => `arith.extsi ${v.name} : ${typeOf(v)} to ${typeOf(to)}`),
    /** An f32 rounded to `element`. */
    rounded: (v: Value, element: Element): Value =>
      v.element === element
        ? v
        : put(element, v.shape, (to) => `arith.truncf ${v.name} : ${typeOf(v)} to ${typeOf(to)}`),

    /** Pointers `offset` elements further on. */
    at: (pointer: Value, offset: Operand): Value => {
      const by = typeof offset === 'number' ? constant(offset) : offset
      const shape = common(pointer, by)
      const [from, step] = [spread(pointer, shape), spread(by, shape)]
      return put(
        from.element,
        shape,
        () => `tt.addptr ${from.name}, ${step.name} : ${typeOf(from)}, ${typeOf(step)}`,
      )
    },
    /** What `pointer` points at; zero, unread, where `mask` is false. */
    load: (pointer: Value, mask?: Value): Value => {
      const element = pointee(pointer)
      if (!mask) return put(element, pointer.shape, () => `tt.load ${pointer.name} : ${typeOf(pointer)}`)
      const keep = spread(mask, pointer.shape)
      const other = spread(constant(0, element), pointer.shape)
      return put(
        element,
        pointer.shape,
        () => `tt.load ${pointer.name}, ${keep.name}, ${other.name} : ${typeOf(pointer)}`,
      )
    },
    store: (pointer: Value, value: Value, mask?: Value): void => {
      const keep = mask ? `, ${spread(mask, pointer.shape).name}` : ''
      line(`tt.store ${pointer.name}, ${value.name}${keep} : ${typeOf(pointer)}`)
    },
    /** `sum + a · b`, the product of two tiles on the tensor cores, summed in f32. */
    dot: (a: Value, b: Value, sum: Value): Value =>
      put(
        'f32',
        sum.shape,
        (to) =>
          `tt.dot ${a.name}, ${b.name}, ${sum.name}, inputPrecision = tf32 : ${typeOf(a)} * ${typeOf(b)} -> ${typeOf(to)}`,
      ),

    if: (condition: Value, body: () => void): void => {
      line(`scf.if ${condition.name} {`)
      inside(body)
      line('}')
    },
    /** `for step in 0 … steps - 1`, carrying values from one step to the next. */
    for: (
      steps: Operand,
      carry: readonly Value[],
      body: (step: Value, carry: Value[]) => Value[],
    ): Value[] => {
      const [zero, to, one] = [constant(0), typeof steps === 'number' ? constant(steps) : steps, constant(1)]
      const step = fresh('i32', [])
      const inner = carry.map((v) => fresh(v.element, v.shape))
      const base = `%${count++}`
      const inits = inner.map((v, i) => `${v.name} = ${carry[i]!.name}`).join(', ')
      line(
        `${base}:${carry.length} = scf.for ${step.name} = ${zero.name} to ${to.name} step ${one.name} iter_args(${inits}) -> (${typesOf(carry)}) : i32 {`,
      )
      inside(() => {
        const next = body(step, inner)
        line(`scf.yield ${next.map((v) => v.name).join(', ')} : ${typesOf(next)}`)
      })
      line('}')
      return carry.map((v, i) => ({ ...v, name: `${base}#${i}` }))
    },
  }
}

/**
 * The text of a module with one kernel. Its arguments are pointers to the elements of the operands, then of the results,
 * in order; XLA aligns every buffer to 16 bytes and more, which is what 16-byte copies need to know.
 */
export function tritonModule<A extends Readonly<Record<string, Element | undefined>>>(
  name: string,
  args: A,
  body: (k: Kernel, args: { readonly [N in keyof A]: Value }) => void,
): string {
  const entries = Object.entries(args) as [string, Element][]
  const pointers = entries.map(([arg, element]) => [
    arg,
    { name: `%${arg}`, element: `!tt.ptr<${element}>`, shape: [] },
  ])
  const k = kernelBuilder()
  body(k, Object.fromEntries(pointers))
  const params = entries.map(([arg, element]) => `%${arg}: !tt.ptr<${element}> {tt.divisibility = 16 : i32}`)
  return `module {
  tt.func public @${name}(${params.join(', ')}) {
${k.text()}
    tt.return
  }
}
`
}
