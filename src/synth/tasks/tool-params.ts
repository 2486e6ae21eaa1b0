import type { WorldTool } from '../../world/application.ts'
import type { Formula, Term } from '../../world/semantics.ts'

/** What a schema says of one parameter, as far as values are drawn by it. */
export interface ParamSchema {
  readonly type?: string
  readonly enum?: readonly (string | number | boolean | null)[]
  readonly minimum?: number
  readonly maximum?: number
  readonly description?: string
}

export interface Param {
  readonly name: string
  readonly required: boolean
  readonly schema: ParamSchema
}

/** Parameters of a tool in the order of its schema. */
export function paramsOf({ declaration }: WorldTool): readonly Param[] {
  const { parameters } = declaration.function
  if (typeof parameters !== 'object') return []
  const required = new Set(Array.isArray(parameters.required) ? parameters.required : [])
  return Object.entries(parameters.properties ?? {}).map(([name, schema]) => ({
    name,
    required: required.has(name),
    schema: (typeof schema === 'object' && schema !== null ? schema : {}) as ParamSchema,
  }))
}

export const paramNamed = (tool: WorldTool, name: string): Param =>
  paramsOf(tool).find((param) => param.name === name) ?? { name, required: false, schema: {} }

/** The parameter that a term is, null where it is something else. */
export const paramOf = (term: Term | Formula | { readonly values: unknown } | undefined): string | null =>
  term !== undefined && 'param' in term ? term.param : null

/** How a column is set, where it is one of the ways that a sentence can ask for. */
export type Setting =
  | { readonly kind: 'given'; readonly param: string }
  | { readonly kind: 'fixed'; readonly value: string | number | boolean | null }
  | { readonly kind: 'raised' | 'lowered'; readonly param: string }

/** The way that a formula of an update sets `column`; null for any other formula. */
export function settingOf(column: string, formula: Formula): Setting | null {
  if ('param' in formula) return { kind: 'given', param: formula.param }
  if ('value' in formula) return { kind: 'fixed', value: formula.value }
  if (!('op' in formula)) return null
  if (formula.op === 'round') return settingOf(column, formula.args[0])
  const [first, second] = formula.args
  const param = paramOf(second)
  if (first === undefined || !('column' in first) || first.column !== column || param === null) return null
  if (formula.args.length !== 2) return null
  if (formula.op === '+') return { kind: 'raised', param }
  return formula.op === '-' ? { kind: 'lowered', param } : null
}
