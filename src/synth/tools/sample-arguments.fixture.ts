import type { ToolDeclaration } from '../../chat/messages.ts'
import type { Draws } from '../../draws.ts'
import type { Application } from '../../world/application.ts'
import type { Semantics } from '../../world/semantics.ts'
import type { WorldState } from '../../world/state.ts'

interface Property {
  readonly type: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly format?: string
  readonly description?: string
  readonly items?: Property
}

/** Arguments that fit a tool's schema; keys are some that are there. */
export function sampleArguments(
  application: Application,
  { function: tool }: ToolDeclaration,
  _: Semantics,
  state: WorldState,
  draw: Draws,
): Record<string, unknown> {
  const { properties, required = [] } = tool.parameters as {
    properties: Record<string, Property>
    required?: readonly string[]
  }
  const keyed = (text: string): string | undefined => {
    const prefix = /such as ([A-Z]+-)1001/.exec(text)?.[1]
    const table = application.tables.find(({ keyPrefix }) => keyPrefix === prefix)
    return table === undefined ? undefined : draw.pick(Object.keys(state[table.name]!))
  }
  const value = (property: Property): unknown => {
    if (property.items !== undefined) return [value(property.items)]
    if (property.enum !== undefined) return draw.pick(property.enum)
    if (property.type === 'boolean') return draw.chance(0.5)
    const { minimum = 0, maximum = 0 } = property
    if (property.type === 'integer') return draw.integer(minimum, Math.min(maximum, minimum + 3))
    if (property.type === 'number') return minimum + (maximum - minimum) * draw.pick([0, 0.5, 1])
    if (property.format === 'date') return `2026-0${draw.integer(1, 9)}-1${draw.integer(0, 9)}`
    if (property.format === 'email') return 'ada.berg@polaris.example'
    return keyed(property.description ?? '') ?? 'a'
  }
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => required.includes(name) || draw.chance(0.5))
      .map(([name, property]) => [name, value(property)]),
  )
}
