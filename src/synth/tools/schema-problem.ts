import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { schemaAutomaton, workOfRequest } from '../../chat/compiled-schemas.ts'
import type { JsonSchema, ToolDeclaration } from '../../chat/messages.ts'
import { checkToolName } from '../../chat/tool-names.ts'
import { UserError } from '../../user-error.ts'

/** A `$ref` that leads into what it stands in, if there is one. */
export function cyclicReference(schema: unknown): string | undefined {
  const harmless = new Set<string>()
  const follow = (value: unknown, within: readonly string[]): string | undefined => {
    if (typeof value !== 'object' || value === null) return undefined
    const { $ref } = value as { $ref?: unknown }
    if (typeof $ref === 'string' && !harmless.has($ref)) {
      if (within.includes($ref)) return $ref
      const found = follow(target(schema, $ref), [...within, $ref])
      if (found !== undefined) return found
      harmless.add($ref)
    }
    for (const inner of Object.values(value)) {
      const found = follow(inner, within)
      if (found !== undefined) return found
    }
    return undefined
  }
  return follow(schema, ['#'])
}

/** The keys of `#/$defs/a`; undefined where its escapes are none, so that it leads nowhere. */
function keysOf(ref: string): readonly string[] | undefined {
  try {
    return ref
      .split('/')
      .slice(1)
      .map((key) => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'))
  } catch {
    return undefined
  }
}

/** What `#/$defs/a` is in a schema. */
const target = (schema: unknown, ref: string): unknown =>
  keysOf(ref)?.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], schema)

const compiler = (strict: boolean): Ajv2020 => {
  const ajv = new Ajv2020({ strict, logger: false })
  addFormats.default(ajv)
  return ajv
}

/** Schemas in the wild have keywords that no draft knows; what we make has none. */
const compilers = { strict: compiler(true), lenient: compiler(false) }

const compiles = (schema: JsonSchema, strict: boolean): string | undefined => {
  if (typeof schema === 'boolean') return undefined
  const ajv = compilers[strict ? 'strict' : 'lenient']
  // Names of other drafts and of the schema itself would be looked for and kept.
  const { $schema: _, $id: __, ...bare } = schema
  try {
    ajv.compile(bare)
    return undefined
  } catch (error) {
    return (error as Error).message
  } finally {
    ajv.removeSchema(bare)
  }
}

const enforceable = (schema: JsonSchema): string | undefined => {
  try {
    schemaAutomaton(schema, 'parameters', { objectsOnly: true, work: workOfRequest() })
    return undefined
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
}

export interface SchemaProblem {
  readonly kind: 'invalid name' | 'no description' | 'cyclic $ref' | 'invalid schema' | 'unsupported schema'
  readonly message: string
}

/**
 * Why a tool cannot be offered to a model: its name, its description, or its parameters, which must be a JSON Schema
 * (2020-12, in ajv's strict mode unless `strict` is false) that constrained decoding can keep to.
 */
export function schemaProblem({ function: tool }: ToolDeclaration, strict = true): SchemaProblem | undefined {
  try {
    checkToolName(tool.name, 'name')
  } catch (error) {
    return { kind: 'invalid name', message: (error as Error).message }
  }
  if ((tool.description ?? '').trim() === '')
    return { kind: 'no description', message: 'it has no description' }
  const { parameters } = tool
  if (parameters === undefined) return undefined
  const cycle = cyclicReference(parameters)
  if (cycle !== undefined)
    return { kind: 'cyclic $ref', message: `its parameters have a cyclic $ref, ${cycle}` }
  const reason = compiles(parameters, strict)
  if (reason !== undefined)
    return { kind: 'invalid schema', message: `its parameters are no JSON Schema: ${reason}` }
  const unsupported = enforceable(parameters)
  if (unsupported === undefined) return undefined
  return { kind: 'unsupported schema', message: `its parameters cannot be kept to: ${unsupported}` }
}
