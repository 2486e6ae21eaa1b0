import type { ConformanceCase } from './conformance/case.ts'
import { collectiveCases } from './conformance/collective.ts'
import { contractionCases } from './conformance/contraction.ts'
import { controlCases } from './conformance/control.ts'
import { elementwiseCases } from './conformance/elementwise.ts'
import { fusedCases } from './conformance/fused.ts'
import { indexingCases } from './conformance/indexing.ts'
import { leafCases } from './conformance/leaf.ts'
import { reductionCases } from './conformance/reduction.ts'
import { shapeCases } from './conformance/shape.ts'

/** Uses of every op that all engines must agree on, and whose gradients must be those of finite differences. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...leafCases,
  ...elementwiseCases,
  ...shapeCases,
  ...contractionCases,
  ...reductionCases,
  ...indexingCases,
  ...fusedCases,
  ...controlCases,
  ...collectiveCases,
]
