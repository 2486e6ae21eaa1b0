import { inline } from '../inline.ts'
import type { EquationOf, Program } from '../program.ts'
import { replay } from './replay.ts'

/** Which kernels an engine takes over; the others become their bodies. */
export type KeepKernel = (equation: EquationOf<'kernel'>) => boolean

/**
 * Replaces checkpoint, customGrad and the kernels that are not kept by their bodies and drops stopGradient: they only
 * matter while a gradient is traced. Barriers stay, since they keep a recomputation from being merged with the original.
 */
export const inlineRegions = (program: Program, keep: KeepKernel = () => false): Program =>
  replay(program, () => (equation) => {
    switch (equation.op) {
      case 'kernel':
        return keep(equation) ? null : inline(equation.attrs.body, equation.inputs)
      case 'checkpoint':
      case 'customGrad':
        return inline(equation.attrs.body, equation.inputs)
      case 'stopGradient':
        return equation.inputs
      default:
        return null
    }
  })
