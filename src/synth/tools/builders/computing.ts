import type { ToolDraft } from '../draft.ts'
import { formulaOf } from '../formula-text.ts'
import { columnParameter } from '../parameters.ts'
import type { Domain } from '../vocabulary.ts'

/** Calculators of a domain: they know no state. */
export const computingTools = (domain: Domain): readonly ToolDraft[] =>
  Object.entries(domain.computations).map(([name, { about, parameters, formula }]) => ({
    name: `calculate_${name}`,
    does: `compute ${about}`,
    returns: 'the number',
    refuses: ['the numbers given have no result'],
    parameters: Object.entries(parameters).map(([param, column]) =>
      columnParameter(param, column, { things: [] }),
    ),
    semantics: { kind: 'compute', result: name, formula: formulaOf(formula) },
  }))
