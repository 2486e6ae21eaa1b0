import type { Equation, OpName, Program } from '../../tensor/program.ts'
import { type Shape, sameShape, showType, sizeOf, type Type } from '../../tensor/types.ts'
import { type NdArray, newArray } from './array.ts'
import { collectiveRules } from './ops/collective.ts'
import { contractionRules } from './ops/contraction.ts'
import { controlRules, regionRules } from './ops/control.ts'
import { elementwiseRules } from './ops/elementwise.ts'
import { fusedRules } from './ops/fused.ts'
import { indexingRules } from './ops/indexing.ts'
import { leafRules } from './ops/leaf.ts'
import { reductionRules } from './ops/reduction.ts'
import { shapeRules } from './ops/shape.ts'
import type { ByDevice, LockstepOp, LockstepRule, Party, Rule } from './rule.ts'

const deviceRules = {
  ...leafRules,
  ...elementwiseRules,
  ...shapeRules,
  ...contractionRules,
  ...reductionRules,
  ...indexingRules,
  ...fusedRules,
  ...controlRules,
} satisfies { readonly [N in Exclude<OpName, LockstepOp>]: Rule<N> }

const lockstepRules = {
  ...regionRules,
  ...collectiveRules,
} satisfies { readonly [N in LockstepOp]: LockstepRule<N> }

/** Numbers of one input: floats as their values (not bits), bool as 0 or 1. Without a type it is the program's. */
export interface InputNumbers {
  readonly data: ArrayLike<number>
  readonly shape?: Shape
  readonly dtype?: Type['dtype']
}

/** An op that could not be computed; the message names it and the user's line. */
class InterpretError extends Error {
  override name = 'InterpretError'
}

const isLockstep = (op: OpName): op is LockstepOp => Object.hasOwn(lockstepRules, op)

function compute(equation: Equation, inputs: ByDevice, party: Party): ByDevice {
  const { op } = equation
  try {
    if (isLockstep(op)) {
      const rule = lockstepRules[op] as unknown as LockstepRule<LockstepOp>
      return rule(equation as never, inputs, party, interpretInLockstep)
    }
    const rule = deviceRules[op] as unknown as Rule<OpName>
    return inputs.map((own) => rule(equation as never, own))
  } catch (error) {
    if (error instanceof InterpretError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new InterpretError(`${op}: ${reason} (at ${equation.loc})`, { cause: error })
  }
}

/** Computes a program on every device of a party, equation by equation; inputs and outputs are each device's own. */
export function interpretInLockstep(program: Program, inputs: ByDevice, party: Party): ByDevice {
  const lanes = inputs.map((own) => new Map(program.inputs.map((value, i) => [value.id, own[i]!])))
  for (const equation of program.equations) {
    const given = lanes.map((values) => equation.inputs.map((value) => values.get(value.id)!))
    compute(equation, given, party).forEach((outputs, lane) => {
      equation.outputs.forEach((value, i) => {
        lanes[lane]!.set(value.id, outputs[i]!)
      })
    })
  }
  return lanes.map((values) => program.outputs.map((value) => values.get(value.id)!))
}

const oneDevice: Party = { mesh: { axes: [] }, devices: [0] }

const showGiven = (given: InputNumbers | undefined): string => {
  if (given === undefined) return 'nothing'
  if (given.shape === undefined) return `${given.data.length} elements`
  return `${given.dtype ?? ''}[${given.shape.join(',')}] of ${given.data.length} elements`
}

/** An input's numbers as the interpreter holds them. @throws InterpretError, which begins with `wanted`, if they do not fit */
export function acceptInput(type: Type, given: InputNumbers | undefined, wanted: string): NdArray {
  const differs =
    given === undefined ||
    given.data.length !== sizeOf(type.shape) ||
    (given.shape !== undefined && !sameShape(given.shape, type.shape)) ||
    (given.dtype !== undefined && given.dtype !== type.dtype)
  if (differs) throw new InterpretError(`${wanted}, got ${showGiven(given)}`)
  const result = newArray(type)
  result.data.set(given.data)
  return result
}

export function wantInputCount(program: Program, inputs: readonly unknown[]): void {
  if (inputs.length !== program.inputs.length)
    throw new InterpretError(`${program.name}: wants ${program.inputs.length} inputs, got ${inputs.length}`)
}

/**
 * Computes a program slowly and obviously, floats in double precision: the oracle of the other engines and of
 * finite differences.
 *
 * @throws InterpretError when an input does not fit or an index is out of range
 */
export function interpret(program: Program, inputs: readonly InputNumbers[]): readonly NdArray[] {
  wantInputCount(program, inputs)
  const given = program.inputs.map((type, i) =>
    acceptInput(type, inputs[i], `${program.name}: input ${i} is ${showType(type)}`),
  )
  return interpretInLockstep(program, [given], oneDevice)[0]!
}
