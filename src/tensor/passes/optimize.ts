import { type Program, regionsOf } from '../program.ts'
import { eliminateDeadCode } from './eliminate-dead-code.ts'
import { foldConstants } from './fold-constants.ts'
import { inlineRegions, type KeepKernel } from './inline-regions.ts'
import { mergeCommonSubexpressions } from './merge-common-subexpressions.ts'
import { simplify } from './simplify.ts'

const mostRounds = 3

/** Equations of a program, those of its loops and branches included. */
const equationCount = (program: Program): number =>
  program.equations.reduce(
    (count, equation) => regionsOf(equation).reduce((sum, region) => sum + equationCount(region), count + 1),
    0,
  )

/**
 * The passes that every engine wants before it lowers a program, whose inputs and outputs stay as they are.
 *
 * @param keep the kernels that the engine has; without it all become their bodies
 */
export function optimize(program: Program, keep?: KeepKernel): Program {
  let best = eliminateDeadCode(inlineRegions(program, keep))
  for (let round = 0; round < mostRounds; round++) {
    const next = eliminateDeadCode(mergeCommonSubexpressions(simplify(foldConstants(best))))
    const done = equationCount(next) === equationCount(best)
    best = next
    if (done) break
  }
  return best
}
