import type { EquationOf } from '../../../tensor/program.ts'
import type { Builder } from '../builder.ts'
import { gram, productSum } from './batched-products.ts'
import { cudnnAttention, cudnnAttentionGradient } from './cudnn-attention.ts'
import { quarterTurn } from './quarter-turn.ts'

/**
 * Puts the outputs of a `kernel` equation, or declines by false without having added anything: then its body is lowered.
 * A kernel says itself for which platforms and types it is written.
 */
export type Kernel = (b: Builder, equation: EquationOf<'kernel'>) => boolean

/** Kernels by the name that the model's equation gives. */
export const kernels: Readonly<Record<string, Kernel>> = {
  causalAttention: cudnnAttention,
  causalAttentionGradient: cudnnAttentionGradient,
  quarterTurn,
  gram,
  productSum,
}
