import type { Formula } from '../../../world/semantics.ts'
import type { Table, Value } from '../../../world/state.ts'
import type { Goal } from '../goal.ts'
import { listed, phrase } from '../phrases.ts'
import { named, told, toldCheck, wordsOf } from '../references.ts'
import { keysIn, perform, rowIn, type Scene, type ToolOf, tableNamed, toolsOf } from '../scene.ts'
import { paramNamed, paramOf, paramsOf, settingOf } from '../tool-params.ts'
import { drawNumberFor, drawValue, isTelling } from '../values.ts'
import { inWords, valueInWords } from '../words.ts'

/** An update, drawn for a row: arguments without the key, and the request and the report in words. */
export interface Change {
  readonly tool: ToolOf<'update'>
  readonly keyParam: string
  readonly values: Readonly<Record<string, Value>>
  /** `set the price of {row} to 3`, with the row still open. */
  readonly request: (row: string) => string
  /** `I have set the price of {row} to 3`, likewise. */
  readonly report: (row: string) => string
  /** The columns whose new value the user cannot know. */
  readonly unknown: readonly string[]
}

/** What is done to one column, in words: `set the price of`, `to 3`. */
interface Part {
  readonly request: (row: string) => string
  readonly report: (row: string) => string
  readonly values: Readonly<Record<string, Value>>
  readonly isUnknown: boolean
}

function partFor(
  scene: Scene,
  tool: ToolOf<'update'>,
  key: string,
  column: string,
  formula: Formula,
): Part | undefined {
  const { draw } = scene
  const table = tableNamed(scene, tool.semantics.table)
  const setting = settingOf(column, formula)
  const old = rowIn(scene, table.name, key)[column] ?? null
  const words = wordsOf(table, column)
  if (setting === null) return undefined
  if (setting.kind === 'fixed') {
    const to = valueInWords(setting.value, table.columns[column])
    return {
      request: (row) => `set the ${words} of ${row} to ${to}`,
      report: (row) => `the ${words} of ${row} is now ${to}`,
      values: {},
      isUnknown: false,
    }
  }
  const { schema } = paramNamed(tool.tool, setting.param)
  if (setting.kind === 'given') {
    const value = drawValue(scene, table.name, column, schema, old)
    if (value === undefined) return undefined
    const to = typeof value === 'boolean' ? String(value) : valueInWords(value, table.columns[column])
    if (typeof value === 'boolean')
      return {
        request: (row) => `set ${words} to ${to} for ${row}`,
        report: (row) => `${words} is now ${to} for ${row}`,
        values: { [setting.param]: value },
        isUnknown: false,
      }
    const verb = draw.pick(['set', 'change', 'update'])
    return {
      request: (row) => `${verb} the ${words} of ${row} to ${to}`,
      report: (row) => `the ${words} of ${row} is now ${to}`,
      values: { [setting.param]: value },
      isUnknown: false,
    }
  }
  if (typeof old !== 'number') return undefined
  const most = setting.kind === 'lowered' ? Math.max(1, Math.floor(old)) : 50
  const isWhole = table.columns[column]?.type === 'integer'
  const by = drawNumberFor(scene, { ...schema, ...(isWhole && { type: 'integer' }) }, 1, most)
  if (by === undefined) return undefined
  const amount = valueInWords(by, table.columns[column])
  const verb = setting.kind === 'raised' ? draw.pick(['raise', 'increase']) : draw.pick(['lower', 'reduce'])
  return {
    request: (row) => `${verb} the ${words} of ${row} by ${amount}`,
    report: (row) =>
      `the ${words} of ${row} has been ${verb.endsWith('e') ? `${verb}d` : `${verb}ed`} by ${amount}`,
    values: { [setting.param]: by },
    isUnknown: true,
  }
}

const fixedOnly = (tool: ToolOf<'update'>): boolean =>
  paramsOf(tool.tool).filter(({ required }) => required).length === 1

/** `mark parcel A-1 lost` of a tool `mark_parcel_lost`; null where the name is no such sentence. */
function sentenceOf(
  { application }: Scene,
  tool: ToolOf<'update'>,
  table: Table,
): ((row: string) => string) | null {
  const words = inWords(tool.name)
  const at = words.indexOf(inWords(table.singular))
  // What an application calls its field in every name is said by nobody: `hold dental appointment`.
  const field = new Set(inWords(application.name).split(' '))
  const before = words.slice(0, Math.max(0, at)).trim().split(' ')
  const verb = before.slice(0, 1 + before.slice(1).findLastIndex((word) => !field.has(word)) + 1).join(' ')
  if (verb === '') return null
  const after = words.slice(at + inWords(table.singular).length)
  return (row) => `${verb} ${row}${after}`
}

/** A change by a tool that a row's state allows; undefined where it cannot be asked for in words, or would change nothing. */
export function drawChange(scene: Scene, tool: ToolOf<'update'>, key: string): Change | undefined {
  const { draw } = scene
  const table = tableNamed(scene, tool.semantics.table)
  const keyParam = paramOf(tool.semantics.key)
  if (keyParam === null) return undefined
  const settings = Object.entries(tool.semantics.set)
  const isNeeded = (formula: Formula): boolean => {
    const param = paramOf(formula)
    return param === null || paramNamed(tool.tool, param).required
  }
  const needed = settings.filter(([, formula]) => isNeeded(formula))
  const optional = settings.filter(([, formula]) => !isNeeded(formula))
  const chosen = [
    ...needed,
    ...draw.sample(optional, needed.length > 0 ? draw.integer(0, 1) : draw.integer(1, 2)),
  ]
  const parts = chosen.map(([column, formula]) => partFor(scene, tool, key, column, formula))
  const sentence = fixedOnly(tool) && optional.length === 0 ? sentenceOf(scene, tool, table) : null
  if (parts.length === 0 || (sentence === null && parts.some((part) => part === undefined))) return undefined
  const known = parts.filter((part) => part !== undefined)
  const values = Object.assign({}, ...known.map((part) => part.values)) as Record<string, Value>
  const given = new Set([keyParam, ...Object.keys(values)])
  if (paramsOf(tool.tool).some(({ name, required }) => required && !given.has(name))) return undefined
  return {
    tool,
    keyParam,
    values,
    request: sentence ?? ((row) => requestOf(known, row)),
    report: (row) =>
      listed(known.map((part) => part.report(row))) || `${inWords(tool.name)} is done for ${row}`,
    unknown: chosen.flatMap(([column], i) => (parts[i]?.isUnknown ? [column] : [])),
  }
}

/** The row is named once: `set the price of A-1 to 3 and set its status to open`. */
const requestOf = (parts: readonly Part[], row: string): string =>
  listed(
    parts.map((part, i) =>
      i === 0
        ? part.request(row)
        : part
            .request('')
            .replace(/the (.*?) of {2}/, 'its $1 ')
            .replace(/ for $/, ''),
    ),
  )

/** A row changed as the user says. */
export function change(scene: Scene): Goal | undefined {
  const { draw } = scene
  const tools = toolsOf(scene, 'update')
  if (tools.length === 0) return undefined
  const tool = draw.pick(tools)
  const table = tableNamed(scene, tool.semantics.table)
  const keys = keysIn(scene, table.name)
  if (keys.length === 0) return undefined
  const key = draw.pick(keys)
  const drawn = drawChange(scene, tool, key)
  return drawn && changeGoal(scene, drawn, key)
}

/** The goal that a change of a row is; undefined where the tool refuses it or nothing would change. */
export function changeGoal(scene: Scene, drawn: Change, key: string): Goal | undefined {
  const { tool, keyParam, values, unknown } = drawn
  const table = tableNamed(scene, tool.semantics.table)
  const old = rowIn(scene, table.name, key)
  const done = perform(scene, tool.name, { [keyParam]: key, ...values })
  if (done === undefined) return undefined
  const now = rowIn(done.scene, table.name, key)
  if (Object.keys(now).every((column) => now[column] === old[column])) return undefined
  const asked = unknown.filter((column) => isTelling(now[column]))
  const ask = asked.map((column) => `[ and|, then] tell me the new ${wordsOf(table, column)}`).join('')
  const row = named(table, key)
  const news = asked.map(
    (column) => `the new ${wordsOf(table, column)} is ${told(table, column, `${done.call.id}.${column}`)}`,
  )
  return {
    kind: 'change',
    clause: phrase(`{request}${ask}`, scene.draw, { request: drawn.request(row) }),
    rounds: [[done.call]],
    answer: `${listed([drawn.report(key), ...news])}.`,
    facts: asked.map((column) => toldCheck(`the new ${wordsOf(table, column)} of ${key}`, now[column]!)),
    reads: [`${table.name}/${key}`],
    writes: [`${table.name}/${key}`],
  }
}
