import type { BinaryName, BitwiseName, EquationOf, UnaryName, Value } from '../../tensor/program.ts'
import { type Builder, emit, get, put, type Ssa } from './builder.ts'
import { compare, convert, elementwise, select, signature } from './forms.ts'
import type { Rule, Rules } from './rule.ts'
import { tensorType } from './tensor-type.ts'

type SameType = UnaryName | BinaryName | BitwiseName | 'not'

/** An op that StableHLO has under its own name. */
const named =
  <N extends SameType>(op: string): Rule<N> =>
  (b: Builder, { inputs, outputs }: EquationOf<SameType>) =>
    put(
      b,
      outputs[0]!,
      elementwise(
        b,
        op,
        inputs.map((x) => get(b, x)),
      ),
    )

const operands = (b: Builder, inputs: readonly Value[]): Ssa[] => inputs.map((x) => get(b, x))

const unaryRules: Rules<UnaryName> = {
  neg: named('negate'),
  abs: named('abs'),
  sign: named('sign'),
  floor: named('floor'),
  round: named('round_nearest_even'),
  exp: named('exponential'),
  expm1: named('exponential_minus_one'),
  log: named('log'),
  log1p: named('log_plus_one'),
  sin: named('sine'),
  cos: named('cosine'),
  tanh: named('tanh'),
  logistic: named('logistic'),
  sqrt: named('sqrt'),
  rsqrt: named('rsqrt'),
  erf(b, { inputs: [x], outputs: [y] }) {
    const { name } = get(b, x!)
    put(b, y!, emit(b, y!, `chlo.erf ${name} : ${tensorType(y!)} -> ${tensorType(y!)}`))
  },
}

/** Division of integers rounds towards zero and a remainder has the sign of the dividend, as StableHLO has it. */
const binaryRules: Rules<BinaryName> = {
  add: named('add'),
  sub: named('subtract'),
  mul: named('multiply'),
  div: named('divide'),
  max: named('maximum'),
  min: named('minimum'),
  pow: named('power'),
  rem: named('remainder'),
}

const bitwiseRules: Rules<BitwiseName> = {
  and: named('and'),
  or: named('or'),
  xor: named('xor'),
  shl: named('shift_left'),
  shr: named('shift_right_logical'),
}

export const elementwiseRules: Rules<
  UnaryName | BinaryName | BitwiseName | 'not' | 'isFinite' | 'compare' | 'select' | 'convert' | 'bitcast'
> = {
  ...unaryRules,
  ...binaryRules,
  ...bitwiseRules,
  not: named('not'),
  isFinite(b, { inputs: [x], outputs: [y] }) {
    const operand = get(b, x!)
    put(b, y!, signature(b, `stablehlo.is_finite ${operand.name}`, [operand], y!))
  },
  compare(b, { inputs, attrs: { direction }, outputs: [y] }) {
    const [left, right] = operands(b, inputs)
    put(b, y!, compare(b, direction, left!, right!))
  },
  select(b, { inputs, outputs: [y] }) {
    const [p, left, right] = operands(b, inputs)
    put(b, y!, select(b, p!, left!, right!))
  },
  convert: (b, { inputs: [x], attrs: { dtype }, outputs: [y] }) => put(b, y!, convert(b, get(b, x!), dtype)),
  bitcast(b, { inputs: [x], outputs: [y] }) {
    const operand = get(b, x!)
    put(b, y!, signature(b, `stablehlo.bitcast_convert ${operand.name}`, [operand], y!))
  },
}
