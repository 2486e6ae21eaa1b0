import type { OpName } from '../program.ts'
import type { OpDef } from '../trace.ts'
import { collectiveDefs } from './collective.ts'
import { contractionDefs } from './contraction.ts'
import { controlDefs } from './control.ts'
import { elementwiseDefs } from './elementwise.ts'
import { fusedDefs } from './fused.ts'
import { indexingDefs } from './indexing.ts'
import { leafDefs } from './leaf.ts'
import { reductionDefs } from './reduction.ts'
import { shapeDefs } from './shape.ts'

/** Shape and gradient rules of every op. */
export const opDefs = {
  ...leafDefs,
  ...elementwiseDefs,
  ...shapeDefs,
  ...contractionDefs,
  ...reductionDefs,
  ...indexingDefs,
  ...fusedDefs,
  ...controlDefs,
  ...collectiveDefs,
} satisfies { readonly [N in OpName]: OpDef<N> }
