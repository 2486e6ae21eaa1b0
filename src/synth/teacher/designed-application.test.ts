import { expect, test } from 'vitest'
import { schemaProblems } from '../../schema-error.ts'
import { type DesignedApplication, designedApplication } from './designed-application.ts'
import { designedProblems } from './designed-problems.ts'
import { designed } from './teacher.fixture.ts'

/** The application with some of it replaced: the path's last key is set, or removed by undefined. */
function changed(path: string, to: unknown): DesignedApplication {
  const copy = structuredClone(designed) as unknown as Record<string, unknown>
  const keys = path.split('.')
  const at = keys.slice(0, -1).reduce((inner, key) => inner[key] as Record<string, unknown>, copy)
  if (to === undefined) delete at[keys.at(-1)!]
  else at[keys.at(-1)!] = to
  return copy as unknown as DesignedApplication
}

test('a good application has the form and no problems', () => {
  expect(designedApplication.parse(designed)).toEqual(designed)
  expect(designedProblems(designed)).toEqual([])
})

const find = 'tools.0.declaration.function'
test.each<readonly [string, unknown, string]>([
  ['tables.1.name', 'customers', 'two tables are named customers'],
  ['tables.1.keyPrefix', 'CUS-', 'two tables have keys with CUS-'],
  ['tables.0.columns', {}, 'table customers: it has no columns'],
  ['tables.0.columns.customer_id', { type: 'text' }, 'the key customer_id is among the columns'],
  [
    'tables.1.columns.customer.table',
    'people',
    'column customer: refers to the table people, which is not there',
  ],
  ['tables.0.columns.credit.minimum', 2000, 'column credit: its minimum is above its maximum'],
  ['tables.1.columns.status.values', ['open', 'done', 'open'], 'column status: has open twice'],
  [`${find}.name`, 'cancel_order', 'two tools are named cancel_order'],
  [`${find}.parameters.properties.status`, { type: 'string' }, 'the parameter status has no description'],
  [`${find}.parameters.required`, ['order'], 'required property "order" is not defined'],
  [
    `${find}.parameters.properties.status.type`,
    'text',
    'tool find_orders: its parameters are no JSON Schema',
  ],
  [`${find}.parameters.properties.status.pattern`, '(', 'no JSON Schema: Invalid regular expression'],
  [`${find}.parameters.properties.status.$ref`, '#/$defs/none', "no JSON Schema: can't resolve reference"],
  ['tools.0.semantics.table', 'bills', 'tool find_orders: there is no table bills'],
  ['tools.0.semantics.where.0.column', 'owner', 'the table orders has no column owner'],
  ['tools.0.semantics.where.0.term', { param: 'owner' }, 'there is no parameter owner'],
  ['tools.0.semantics.columns', ['name'], 'the table orders has no column name'],
  ['tools.0.semantics.sort', { column: 'age' }, 'the table orders has no column age'],
  ['tools.1.semantics.key', { column: 'order_id' }, 'there is no row whose column order_id could be read'],
  ['tools.1.semantics.set', { order_id: { value: 'x' } }, 'the key order_id cannot be set'],
  ['tools.1.semantics.set', {}, 'it sets nothing'],
  [
    'tools.1.semantics.set',
    { price: { op: '*', args: [{ column: 'price' }, { param: 'rate' }] } },
    'there is no parameter rate',
  ],
  ['tools.1.semantics.guards.0.condition.column', 'state', 'the table orders has no column state'],
  [
    'tools.1.semantics',
    { kind: 'aggregate', table: 'orders', where: [], function: 'sum', column: 'status' },
    'the column status of orders holds no numbers',
  ],
  [
    'tools.1.semantics',
    { kind: 'aggregate', table: 'orders', where: [], function: 'sum' },
    'sum needs a column',
  ],
  [
    'tools.1.semantics',
    {
      kind: 'transfer',
      table: 'customers',
      from: { param: 'order_id' },
      to: { param: 'to' },
      column: 'name',
      amount: { value: 1 },
      floor: 0,
    },
    'there is no parameter to',
  ],
  [
    'tools.1.semantics',
    { kind: 'create', table: 'orders', set: { due: { column: 'due' } } },
    'no row whose column due',
  ],
  ['tools.1.semantics', { kind: 'compute', result: 'x', formula: { param: 'y' } }, 'there is no parameter y'],
  [
    'tools.1.semantics',
    { kind: 'compute', result: 'x', formula: { value: 1 } },
    'nothing is done with the parameter order_id',
  ],
  [
    'tools.1.semantics',
    { kind: 'script', source: '(args, state) => ({ result: 1, state' },
    'the source is not JavaScript',
  ],
  [
    'tools.1.semantics',
    { kind: 'script', source: 'process.exit(1)' },
    'the source is no function of (args, state)',
  ],
])('%s = %j', (path, to, problem) => {
  expect(designedProblems(changed(path, to)).join('\n')).toContain(problem)
})

test.each<readonly [string, unknown, string]>([
  ['name', 'Workshop Orders', 'name: expected snake_case'],
  ['tables', [], 'tables: expected a list with a length of at least 1'],
  ['tables.0.keyPrefix', 'c', 'keyPrefix: expected capital letters and a dash'],
  ['tools.0.semantics', undefined, 'tools[0].semantics'],
  ['tools.0.semantics.kind', 'magic', 'tools[0].semantics'],
  ['tools.0.declaration.function.parameters.type', 'array', 'parameters.type: expected "object"'],
])('%s = %j has not the form', (path, to, problem) => {
  expect(schemaProblems(designedApplication, changed(path, to)).join('\n')).toContain(problem)
})

test('a script is fine, and what is done with parameters in it is not looked at', () => {
  const source = '(args, state) => { throw new Error("closed") }'
  expect(designedProblems(changed('tools.1.semantics', { kind: 'script', source }))).toEqual([])
})

test('a schema that refers to itself is none that a tool can have', () => {
  const cyclic = {
    type: 'object',
    properties: { part: { $ref: '#', description: 'a part' } },
    required: [],
    $id: 'https://example.org/part',
  }
  const problems = ['tool find_orders: its parameters have a cyclic $ref, #']
  expect(designedProblems(changed(`${find}.parameters`, cyclic))).toEqual(problems)
  expect(designedProblems(changed(`${find}.parameters`, cyclic))).toEqual(problems)
})
