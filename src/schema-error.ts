import { z } from 'zod'
import { didYouMean } from './nearest-name.ts'
import { UserError } from './user-error.ts'

type Path = readonly PropertyKey[]
type UnionIssue = Extract<z.core.$ZodIssue, { readonly code: 'invalid_union' }>

/** `data.sources[0].weight`; the path of the whole value is empty. */
export const formatPath = (path: Path): string =>
  path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? String(key) : `.${String(key)}`))
    .join('')

/** The value at a path, undefined where the path leaves the value. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key], value)

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

const wrappers = [z.ZodOptional, z.ZodNullable, z.ZodDefault, z.ZodPrefault] as const

/** Through optional, nullable, default and transform down to the schema that describes the value's form. */
const bared = (schema: z.core.$ZodType): z.core.$ZodType => {
  if (schema instanceof z.ZodPipe) return bared(schema.in)
  return wrappers.some((wrapper) => schema instanceof wrapper)
    ? bared((schema as z.ZodOptional).unwrap())
    : schema
}

/** The schema of what stands at a path. */
function schemaAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType | undefined {
  const at = bared(schema)
  const [key, ...rest] = path
  if (key === undefined) return at
  if (at instanceof z.ZodArray) return schemaAt(at.element, rest)
  if (at instanceof z.ZodUnion) return at.options.map((form) => schemaAt(form, path)).find((found) => found)
  const next = at instanceof z.ZodObject ? (at.shape as z.core.$ZodShape)[String(key)] : undefined
  return next && schemaAt(next, rest)
}

/** The keys that a schema knows at a path. */
function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  const at = schemaAt(schema, path)
  if (at instanceof z.ZodUnion) return at.options.flatMap((form) => keysAt(form, []))
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

/** What an issue expected, in words. */
function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'a whole number' : article(issue.expected)
    case 'too_small':
      return `${countable(issue.origin)}${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
    case 'too_big':
      return `${countable(issue.origin)}${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ')
    default:
      return issue.message
  }
}

const article = (type: string): string => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`)
const countable = (origin: string): string =>
  origin === 'array' ? 'a list with a length of ' : origin === 'string' ? 'a text with a length of ' : ''

/** The values of the key that tells the forms of a union apart, in words. */
const discriminants = (issue: UnionIssue): string =>
  'options' in issue ? (issue.options ?? []).map((value) => JSON.stringify(value)).join(' or ') : ''

/**
 * What is wrong with a value that is of none of several forms: the faults of the form that it keeps to for longest, or
 * all forms where it is none of them from the start.
 */
function explainUnion(schema: z.core.$ZodType, input: unknown, issue: UnionIssue): readonly string[] {
  const forms = issue.errors.filter(([first]) => first !== undefined)
  const depth = (form: readonly z.core.$ZodIssue[]): number =>
    Math.min(...form.map(({ path }) => path.length))
  const deepest = Math.max(0, ...forms.map(depth))
  const at = (inner: z.core.$ZodIssue): z.core.$ZodIssue => ({
    ...inner,
    path: [...issue.path, ...inner.path],
  })
  const closest = forms.find((form) => deepest > 0 && depth(form) === deepest)
  if (closest !== undefined) return closest.flatMap((inner) => explain(schema, input, at(inner)))
  const wanted = [...new Set(forms.map(([first]) => expectation(first!)))].join(' or ')
  const message = wanted || discriminants(issue) || issue.message
  return explain(schema, input, { code: 'invalid_format', format: 'union', path: issue.path, message })
}

function explain(schema: z.core.$ZodType, input: unknown, issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'invalid_union') return explainUnion(schema, input, issue)
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path)
    return issue.keys.map(
      (key) =>
        `unknown key "${formatPath([...issue.path, key])}"${known.length === 0 || known.includes(key) ? '' : didYouMean(key, known)}`,
    )
  }
  const where = formatPath(issue.path)
  const prefix = where === '' ? '' : `${where}: `
  if (issue.code === 'custom') return [`${prefix}${issue.message}`]
  const value = valueAt(input, issue.path)
  if (value === undefined) return [`${prefix}missing, expected ${expectation(issue)}`]
  const nullable = allowsNull(schema, issue.path) ? ' or null' : ''
  return [`${prefix}expected ${expectation(issue)}${nullable}, got ${shown(value)}`]
}

function allowsNull(schema: z.core.$ZodType, path: Path): boolean {
  const parent = schemaAt(schema, path.slice(0, -1))
  const own =
    parent instanceof z.ZodObject ? (parent.shape as z.core.$ZodShape)[String(path.at(-1))] : undefined
  return own instanceof z.ZodNullable
}

/** What is wrong with `input`: one line for each problem, which begins with its path; none where nothing is. */
export function schemaProblems(schema: z.ZodType, input: unknown): readonly string[] {
  const { error } = schema.safeParse(input)
  return (error?.issues ?? []).flatMap((issue) => explain(schema, input, issue))
}

/**
 * `input` as `schema` reads it.
 *
 * @param where begins every message: a file's name, or what the value is.
 * @param rename turns a finished message into the input's own words (another spelling of the keys).
 * @throws UserError with one line for each problem: the path, what was expected and what came; for an unknown key
 *   the nearest known one.
 */
export function parseAs<T>(
  schema: z.ZodType<T>,
  input: unknown,
  where: string,
  rename: (message: string) => string = (message) => message,
): T {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const lines = result.error.issues.flatMap((issue) => explain(schema, input, issue)).map(rename)
  throw new UserError(
    lines.length === 1
      ? `${where}: ${lines[0]}`
      : `${where}:\n${lines.map((line) => `  ${line}`).join('\n')}`,
  )
}
