import type { Column, Value } from '../../world/state.ts'
import { keysIn, rowIn, type Scene, tableNamed } from './scene.ts'
import type { ParamSchema } from './tool-params.ts'

const decimals = (value: number): number => Math.round(value * 10) / 10

function drawNumber({ draw }: Scene, minimum: number, maximum: number, isWhole: boolean): number | undefined {
  if (minimum > maximum) return undefined
  const value = minimum + draw.unit() * (maximum - minimum)
  const rounded = isWhole ? Math.round(value) : decimals(value)
  return Math.min(maximum, Math.max(minimum, rounded))
}

/** A number that a parameter's schema allows, between 1 and 100 where it does not say. */
export function drawNumberFor(
  scene: Scene,
  { type, minimum, maximum }: ParamSchema,
  from = 1,
  to = 100,
): number | undefined {
  const low = Math.max(from, minimum ?? from)
  return drawNumber(scene, low, Math.min(Math.max(to, low), maximum ?? Infinity), type === 'integer')
}

const firstDay = Date.UTC(2025, 0, 1)
const day = 24 * 3600 * 1000

function drawFor(
  scene: Scene,
  column: Column,
  schema: ParamSchema,
  known: readonly Value[],
): Value | undefined {
  const { draw } = scene
  switch (column.type) {
    case 'integer':
    case 'number': {
      const type = column.type === 'integer' ? 'integer' : (schema.type ?? 'number')
      const minimum = Math.max(column.minimum, schema.minimum ?? -Infinity)
      const maximum = Math.min(column.maximum, schema.maximum ?? Infinity)
      return drawNumber(scene, minimum, maximum, type === 'integer')
    }
    case 'boolean':
      return draw.chance(0.5)
    case 'enum': {
      const allowed =
        schema.enum === undefined ? column.values : column.values.filter((v) => schema.enum?.includes(v))
      return allowed.length === 0 ? undefined : draw.pick(allowed)
    }
    case 'date':
      return new Date(firstDay + draw.integer(0, 364) * day).toISOString().slice(0, 10)
    case 'reference': {
      const keys = keysIn(scene, column.table)
      return keys.length === 0 ? undefined : draw.pick(keys)
    }
    case 'text': {
      const texts = known.filter((value) => typeof value === 'string' && value !== '')
      return texts.length === 0 ? undefined : draw.pick(texts)
    }
  }
}

/**
 * A value for a column that is not `not`, as a parameter's schema allows; texts are taken from other rows. undefined
 * where there is none.
 */
export function drawValue(
  scene: Scene,
  tableName: string,
  name: string,
  schema: ParamSchema,
  not?: Value,
): Value | undefined {
  const table = tableNamed(scene, tableName)
  const column = table.columns[name]
  if (column === undefined) return undefined
  const known = keysIn(scene, tableName).map((key) => rowIn(scene, tableName, key)[name] ?? null)
  for (let attempt = 0; attempt < 6; attempt++) {
    const value = drawFor(scene, column, schema, known)
    if (value !== undefined && value !== not) return value
  }
  return undefined
}

/** Whether a value can be told in words without doubt: no yes or no, nothing long, nothing empty. */
export const isTelling = (value: Value | undefined): value is string | number =>
  typeof value === 'number' || (typeof value === 'string' && value.length > 1 && value.length <= 60)
