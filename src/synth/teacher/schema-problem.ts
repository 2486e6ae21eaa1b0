import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { JsonSchema } from '../../chat/messages.ts'

function validator(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, logger: false, addUsedSchema: false })
  addFormats.default(ajv)
  return ajv
}

const ajv = validator()

/** Why something is no JSON Schema (2020-12), references to nothing included; null where it is one. */
export function schemaProblem(schema: JsonSchema): string | null {
  try {
    ajv.compile(schema)
    return null
  } catch (error) {
    return (error as Error).message
  } finally {
    // It keeps what it compiled, and knows ids of schemas but once.
    ajv.removeSchema(schema)
  }
}
