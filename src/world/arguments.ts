import { type OutputUnit, type Schema, Validator } from '@cfworker/json-schema'
import type { ToolDeclaration } from '../chat/messages.ts'

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

/** `arguments.lines[0].quantity: 0 is less than 1.` */
function problemText({ instanceLocation, error }: OutputUnit): string {
  const path = instanceLocation
    .slice(1)
    .replaceAll(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.')
  return `arguments${path}: ${error}`
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
    // The last ones are the innermost: what is before says only that something below is wrong.
    if (!valid) return { ok: false, problem: problemText(errors.at(-1)!) }
  }
  return { ok: true, args: args as Readonly<Record<string, unknown>> }
}
