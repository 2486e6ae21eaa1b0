import type { Equation, OpName, Program } from '../../tensor/program.ts'
import { type Shape, sameShape, showType, sizeOf, type Type } from '../../tensor/types.ts'
import { type NdArray, newArray } from './array.ts'
import { collectiveRules } from './ops/collective.ts'
import { contractionRules } from './ops/contraction.ts'
import { controlRules } from './ops/control.ts'
import { elementwiseRules } from './ops/elementwise.ts'
import { fusedRules } from './ops/fused.ts'
import { indexingRules } from './ops/indexing.ts'
import { leafRules } from './ops/leaf.ts'
import { reductionRules } from './ops/reduction.ts'
import { shapeRules } from './ops/shape.ts'
import type { Rule } from './rule.ts'

const rules = {
  ...leafRules,
  ...elementwiseRules,
  ...shapeRules,
  ...contractionRules,
  ...reductionRules,
  ...indexingRules,
  ...fusedRules,
  ...controlRules,
  ...collectiveRules,
} satisfies { readonly [N in OpName]: Rule<N> }

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

function compute(equation: Equation, inputs: readonly NdArray[]): readonly NdArray[] {
  const rule = rules[equation.op] as unknown as Rule<OpName>
  try {
    return rule(equation as never, inputs, runProgram)
  } catch (error) {
    if (error instanceof InterpretError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new InterpretError(`${equation.op}: ${reason} (at ${equation.loc})`, { cause: error })
  }
}

function runProgram(program: Program, inputs: readonly NdArray[]): readonly NdArray[] {
  const values = new Map(program.inputs.map((value, i) => [value.id, inputs[i]!]))
  for (const equation of program.equations) {
    const outputs = compute(
      equation,
      equation.inputs.map((value) => values.get(value.id)!),
    )
    equation.outputs.forEach((value, i) => {
      values.set(value.id, outputs[i]!)
    })
  }
  return program.outputs.map((value) => values.get(value.id)!)
}

function accept(type: Type, given: InputNumbers | undefined, i: number, program: Program): NdArray {
  const differs =
    given === undefined ||
    given.data.length !== sizeOf(type.shape) ||
    (given.shape !== undefined && !sameShape(given.shape, type.shape)) ||
    (given.dtype !== undefined && given.dtype !== type.dtype)
  if (differs) {
    const came = given === undefined ? 'nothing' : `${given.data.length} elements`
    throw new InterpretError(`${program.name}: input ${i} is ${showType(type)}, got ${came}`)
  }
  const result = newArray(type)
  result.data.set(given.data)
  return result
}

/**
 * Computes a program slowly and obviously, floats in double precision: the oracle of the other engines and of
 * finite differences.
 *
 * @throws InterpretError when an input does not fit or an index is out of range
 */
export function interpret(program: Program, inputs: readonly InputNumbers[]): readonly NdArray[] {
  if (inputs.length !== program.inputs.length)
    throw new InterpretError(`${program.name}: wants ${program.inputs.length} inputs, got ${inputs.length}`)
  return runProgram(
    program,
    program.inputs.map((type, i) => accept(type, inputs[i], i, program)),
  )
}
