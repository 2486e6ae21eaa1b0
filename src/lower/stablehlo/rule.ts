import type { EquationOf, OpName } from '../../tensor/program.ts'
import type { Builder } from './builder.ts'

/** Adds the text of one equation and puts its outputs. */
export type Rule<N extends OpName> = (b: Builder, equation: EquationOf<N>) => void

export type Rules<N extends OpName> = { readonly [K in N]: Rule<K> }
