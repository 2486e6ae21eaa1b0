import type { ToolDeclaration } from '../../chat/messages.ts'
import type { Draws } from '../../draws.ts'
import type { WorldTool } from '../../world/application.ts'
import type { Guard, Semantics } from '../../world/semantics.ts'
import type { Demand } from './mixins.ts'
import type { Parameter } from './parameters.ts'
import type { Style } from './style.ts'
import type { Thing } from './thing.ts'
import { spoken } from './words.ts'

/** A tool before its words are chosen. */
export interface ToolDraft {
  readonly name: string
  /** `cancel a shipment`. */
  readonly does: string
  readonly returns: string
  /** Conditions under which it is refused: `the shipment has left`. */
  readonly refuses?: readonly string[]
  readonly parameters: readonly Parameter[]
  readonly semantics: Semantics
  /** An application without it would be of little use. */
  readonly core?: boolean
}

/** What the builders of tools work from. */
export interface Workshop {
  readonly thing: Thing
  /** All of the application. */
  readonly things: readonly Thing[]
  readonly style: Style
  readonly draw: Draws
}

/** A guard and its reason in a description, `{the}` and the row's values filled in as each of them needs. */
export function guarded(
  { thing }: Workshop,
  { otherwise, reason: told, ...condition }: Demand,
): { readonly guard: Guard; readonly reason: string } {
  const message = otherwise.replaceAll('{the}', `${thing.noun} {${thing.table.key}}`)
  const reason = (told ?? otherwise).replaceAll('{the}', `the ${thing.noun}`)
  return { guard: { condition, message }, reason }
}

/** What abilities demand of every change of the thing. */
export const everyChange = ({ thing }: Workshop): readonly Demand[] =>
  thing.mixins.flatMap(({ everyChange }) => (everyChange === undefined ? [] : [everyChange]))

/** The tool of a draft, in the words of its makers; `context` is a sentence about where it is used. */
export function toolOf(draft: ToolDraft, style: Style, context: string | undefined): WorldTool {
  const { name, does, returns, refuses = [], parameters } = draft
  const reasons = [...new Set(refuses)]
  const description = [
    style.sentence(does),
    style.returns(returns),
    ...(reasons.length === 0 ? [] : [style.refuses(reasons)]),
    ...(context === undefined ? [] : [context]),
  ].join(' ')
  const required = parameters.filter((one) => one.required).map((one) => one.name)
  const declaration: ToolDeclaration = {
    type: 'function',
    function: {
      name,
      description,
      parameters: {
        type: 'object',
        properties: Object.fromEntries(parameters.map((one) => [one.name, one.schema])),
        ...(required.length === 0 ? {} : { required }),
        ...(style.closed ? { additionalProperties: false } : {}),
      },
    },
  }
  return { declaration, semantics: draft.semantics }
}

/** ` of the shipment`, for descriptions of parameters. */
export const ofThe = ({ noun }: Thing): string => ` of the ${noun}`

/** `shipment` of `shipment_id`. */
export const referred = (column: string): string => spoken(column.replace(/_id$/, ''))
