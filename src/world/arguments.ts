import { type OutputUnit, type Schema, Validator } from '@cfworker/json-schema'
import type { ToolDeclaration } from '../chat/messages.ts'
import { didYouMean } from '../nearest-name.ts'

export type ArgumentsResult =
  | { readonly ok: true; readonly args: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: string }

const validators = new WeakMap<object, Validator>()

function validatorOf(schema: object): Validator {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const validator = new Validator(schema as Schema, '2020-12', false)
  validators.set(schema, validator)
  return validator
}

const keysOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))

/** `arguments.lines[0].quantity` */
const placeText = (keys: readonly string[]): string =>
  `arguments${keys.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)).join('')}`

type Node = Readonly<Record<string, unknown>> | undefined

/** What stands at a place of a schema; `$ref` on the way is followed. */
function schemaAt(schema: object, keys: readonly string[]): Node {
  let at = schema as Node
  for (const key of keys) {
    const next = at?.[key]
    at = (key === '$ref' ? schemaAt(schema, keysOf(decodeURIComponent(String(next)))) : next) as Node
  }
  return at
}

const ofMembers = new Set([
  'properties',
  'additionalProperties',
  'unevaluatedProperties',
  'patternProperties',
])

/** Of a member that its object cannot have: which ones there are. */
function unknownMember(schema: object, { instanceLocation }: OutputUnit, { keywordLocation }: OutputUnit) {
  const keys = keysOf(instanceLocation)
  const { properties = {} } = (schemaAt(schema, keysOf(keywordLocation).slice(0, -1)) ?? {}) as {
    readonly properties?: Readonly<Record<string, unknown>>
  }
  const known = Object.keys(properties).filter((name) => properties[name] !== false)
  const name = keys.at(-1)!
  const hint = known.length === 0 ? '; it takes none' : didYouMean(name, known)
  const kind = keys.length === 1 ? 'parameter' : 'member'
  return `${placeText(keys.slice(0, -1))}: there is no ${kind} ${JSON.stringify(name)}${hint}`
}

/** `arguments.lines[0].quantity: 0 is less than 1.`, of the innermost fault. */
function problemText(schema: object, errors: readonly OutputUnit[]): string {
  // What is before the last one says only that something below is wrong.
  const last = errors.at(-1)!
  const outer = errors.at(-2)
  const keys = keysOf(last.instanceLocation)
  if (last.keyword === 'false' && outer !== undefined)
    return ofMembers.has(outer.keyword)
      ? unknownMember(schema, last, outer)
      : `${placeText(keysOf(outer.instanceLocation))}: ${outer.error}`
  const missing = /required property (".*")/.exec(last.keyword === 'required' ? last.error : '')
  if (missing !== null)
    return `${placeText(keys)}: the ${keys.length === 0 ? 'parameter' : 'member'} ${missing[1]} is missing`
  return `${placeText(keys)}: ${last.error}`
}

/**
 * The arguments of a call as the model wrote them, checked against the tool's schema (JSON Schema 2020-12). Schemas are
 * read once and kept with the declaration.
 */
export function readArguments({ function: tool }: ToolDeclaration, text: string): ArgumentsResult {
  let args: unknown
  try {
    args = text.trim() === '' ? {} : JSON.parse(text)
  } catch (error) {
    return { ok: false, problem: `the arguments are not JSON: ${(error as Error).message}` }
  }
  if (typeof args !== 'object' || args === null || Array.isArray(args))
    return { ok: false, problem: 'the arguments are not a JSON object' }
  const { parameters } = tool
  if (typeof parameters === 'object') {
    const { valid, errors } = validatorOf(parameters).validate(args)
    if (!valid) return { ok: false, problem: problemText(parameters, errors) }
  }
  return { ok: true, args: args as Readonly<Record<string, unknown>> }
}
