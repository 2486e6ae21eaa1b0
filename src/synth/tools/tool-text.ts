import type { ToolDeclaration } from '../../chat/messages.ts'
import { spoken } from './words.ts'

const partsOf = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(partsOf)
  if (typeof value !== 'object' || value === null) return [String(value)]
  return Object.entries(value).flatMap(([key, inner]) => [spoken(key), ...partsOf(inner)])
}

/** What tools are compared by: name, description, and what stands in the parameters. */
export function toolText({ function: { name, description = '', parameters } }: ToolDeclaration): string {
  const { properties = {} } = (typeof parameters === 'object' ? parameters : {}) as { properties?: object }
  return [spoken(name), description, ...partsOf(properties)].join(' ')
}
