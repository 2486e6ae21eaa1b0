/**
 * Runs a kernel's text one program after the other, the slow and obvious way. Reads and stores must hit their arrays,
 * and an element may be stored once only. Numbers are doubles: nothing rounds.
 */
export function runKernel(ir: string, programs: number, arrays: readonly number[][]): void {
  const lines = ir.split('\n').map((text) => text.trim())
  const head = lines.findIndex((text) => text.startsWith('tt.func'))
  const names = [...lines[head]!.matchAll(/(%\w+): !tt/g)].map(([, name]) => name!)
  const stored = arrays.map(() => new Set<number>())
  for (let program = 0; program < programs; program++) {
    const pointers = names.map((name, array): [string, Tile] => [name, { shape: [], data: [0], array }])
    const scope: Scope = { values: new Map(pointers), program, arrays, stored }
    runBlock(lines.slice(head + 1, lines.indexOf('tt.return')), scope)
  }
}

/** A scalar or a tile; of pointers, as places in the array they point into. */
interface Tile {
  readonly shape: readonly number[]
  readonly data: readonly number[]
  readonly array?: number | undefined
}
interface Scope {
  readonly values: Map<string, Tile>
  readonly program: number
  readonly arrays: readonly number[][]
  readonly stored: readonly Set<number>[]
}

/** Runs lines in order and returns what the block yields. */
function runBlock(lines: readonly string[], scope: Scope): Tile[] {
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    if (line.startsWith('scf.yield')) return operandsOf(line).map((name) => scope.values.get(name)!)
    if (!line.endsWith('{')) {
      runLine(line, scope)
      continue
    }
    const end = closing(lines, i)
    runRegion(line, lines.slice(i + 1, end), scope)
    i = end
  }
  return []
}

function closing(lines: readonly string[], start: number): number {
  let depth = 0
  for (let i = start; ; i++) {
    if (lines[i]!.endsWith('{')) depth++
    if (lines[i] === '}' && --depth === 0) return i
  }
}

function runRegion(line: string, body: readonly string[], scope: Scope): void {
  const get = (name: string): Tile => scope.values.get(name)!
  const names = operandsOf(line)
  if (line.startsWith('scf.if')) {
    if (get(names[0]!).data[0]) runBlock(body, scope)
    return
  }
  const [base, step, from, to, , ...pairs] = names as [string, string, string, string, string]
  const inner = pairs.filter((_, i) => i % 2 === 0)
  let carry = pairs.filter((_, i) => i % 2 === 1).map(get)
  for (let i = get(from).data[0]!; i < get(to).data[0]!; i++) {
    scope.values.set(step, { shape: [], data: [i] })
    inner.forEach((name, j) => {
      scope.values.set(name, carry[j]!)
    })
    carry = runBlock(body, scope)
  }
  carry.forEach((value, j) => {
    scope.values.set(`${base}#${j}`, value)
  })
}

const operandsOf = (line: string): string[] => [...line.matchAll(/%\w+(?:#\d+)?/g)].map(([name]) => name)
const shapeOf = (line: string): number[] =>
  line.includes('tensor<')
    ? line
        .match(/tensor<([\dx]+)x[^<]*(?:<[^>]*>)?>$/)![1]!
        .split('x')
        .map(Number)
    : []

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  'arith.addi': (a, b) => a + b,
  'arith.subi': (a, b) => a - b,
  'arith.muli': (a, b) => a * b,
  'arith.divsi': (a, b) => Math.trunc(a / b),
  'arith.remsi': (a, b) => a % b,
  'arith.minsi': Math.min,
  'arith.andi': (a, b) => a & b,
  'arith.cmpi': (a, b) => Number(a < b),
  'tt.addptr': (a, b) => a + b,
}

function runLine(line: string, scope: Scope): void {
  const names = operandsOf(line)
  const result = line.startsWith('%') ? names.shift() : undefined
  const operands = names.map((name) => scope.values.get(name)!) as [Tile, Tile, Tile]
  const value = resultOf(line, operands, scope)
  if (value.data.length !== value.shape.reduce((x, y) => x * y, 1)) throw new Error(`shape of: ${line}`)
  if (result) scope.values.set(result, value)
}

function resultOf(line: string, [a, b, c]: [Tile, Tile, Tile], { program, arrays, stored }: Scope): Tile {
  const op = line.match(/(?:= )?((?:tt|arith)\.\w+)/)![1]!
  const compute = arithmetic[op]
  if (compute) return { ...a, data: a.data.map((v, i) => compute(v, b.data[i]!)) }

  const shape = shapeOf(line)
  const place = (i: number): number => {
    const at = a.data[i]!
    if (at < 0 || at >= arrays[a.array!]!.length)
      throw new Error(`place ${at} is not in array ${a.array}: ${line}`)
    return at
  }
  switch (op) {
    case 'arith.constant':
      return { shape, data: [Number(line.match(/constant (\S+)/)![1])] }
    case 'tt.get_program_id':
      return { shape, data: [program] }
    case 'tt.make_range':
      return { shape, data: Array.from({ length: shape[0]! }, (_, i) => i) }
    case 'arith.extsi':
    case 'arith.truncf':
    case 'tt.expand_dims':
      return { ...a, shape }
    case 'tt.splat':
      return { ...a, shape, data: Array<number>(shape.reduce((x, y) => x * y, 1)).fill(a.data[0]!) }
    case 'tt.broadcast': {
      const [n, m] = shape as [number, number]
      const from = (i: number, j: number): number =>
        (a.shape[0] === 1 ? 0 : i) * a.shape[1]! + (a.shape[1] === 1 ? 0 : j)
      return {
        ...a,
        shape,
        data: Array.from({ length: n * m }, (_, i) => a.data[from(Math.floor(i / m), i % m)]!),
      }
    }
    case 'tt.load': {
      const read = (i: number): number => arrays[a.array!]![place(i)]!
      return { shape: a.shape, data: a.data.map((_, i) => (b && !b.data[i] ? c.data[i]! : read(i))) }
    }
    case 'tt.store':
      a.data.forEach((at, i) => {
        if (c && !c.data[i]) return
        if (stored[a.array!]!.has(at)) throw new Error(`place ${at} is stored twice`)
        stored[a.array!]!.add(at)
        arrays[a.array!]![place(i)] = b.data[i]!
      })
      return b
    case 'tt.dot': {
      const [n, k, m] = [...a.shape, b.shape[1]] as [number, number, number]
      const sum = c.data.slice()
      for (let i = 0; i < n; i++)
        for (let p = 0; p < k; p++)
          for (let j = 0; j < m; j++) sum[i * m + j]! += a.data[i * k + p]! * b.data[p * m + j]!
      return { shape, data: sum }
    }
    default:
      throw new Error(`unknown operation: ${line}`)
  }
}
