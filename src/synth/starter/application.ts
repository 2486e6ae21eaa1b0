import type { JsonSchema } from '../../chat/messages.ts'
import type { Application, WorldTool } from '../../world/application.ts'
import type { Semantics } from '../../world/semantics.ts'
import type { Table } from '../../world/state.ts'

const text: JsonSchema = { type: 'string' }
const integer: JsonSchema = { type: 'integer' }

function tool(
  name: string,
  description: string,
  properties: Readonly<Record<string, JsonSchema>>,
  semantics: Semantics,
): WorldTool {
  return {
    declaration: {
      type: 'function',
      function: {
        name,
        description,
        parameters: {
          type: 'object',
          properties,
          required: Object.keys(properties),
        },
      },
    },
    semantics,
  }
}

const tables: readonly Table[] = [
  {
    name: 'weather',
    singular: 'city',
    key: 'city',
    keyPrefix: '',
    columns: { degrees: { type: 'integer', minimum: 1, maximum: 39, unit: 'degrees Celsius' } },
  },
  {
    name: 'prices',
    singular: 'item',
    key: 'item',
    keyPrefix: '',
    columns: { price: { type: 'integer', minimum: 11, maximum: 989, unit: 'dollars' } },
  },
  {
    name: 'people',
    singular: 'person',
    key: 'name',
    keyPrefix: '',
    columns: { city: { type: 'text' } },
  },
  {
    name: 'orders',
    singular: 'order',
    key: 'order',
    keyPrefix: '',
    columns: {
      total: { type: 'integer', minimum: 11, maximum: 989, unit: 'dollars' },
      status: { type: 'enum', values: ['new', 'sent', 'refunded'] },
    },
  },
  {
    name: 'reminders',
    singular: 'reminder',
    key: 'reminder',
    keyPrefix: 'R',
    columns: { person: { type: 'text' }, day: { type: 'text' } },
  },
]

/** What a model of minutes is taught to work with: a few tables, a few tools with few arguments. */
export const starterApplication: Application = {
  name: 'help_desk',
  domain: 'software_apps',
  description: 'The desk of a small shop: weather, prices, people, orders and reminders.',
  tables,
  tools: [
    tool(
      'get_weather',
      'Weather of a city',
      { city: text },
      { kind: 'get', table: 'weather', key: { param: 'city' } },
    ),
    tool(
      'get_price',
      'Price of an item',
      { item: text },
      { kind: 'get', table: 'prices', key: { param: 'item' } },
    ),
    tool(
      'find_person',
      'City where a person lives',
      { name: text },
      { kind: 'get', table: 'people', key: { param: 'name' } },
    ),
    tool(
      'get_order',
      'Total and status of an order',
      { order: text },
      { kind: 'get', table: 'orders', key: { param: 'order' } },
    ),
    tool(
      'refund',
      'Refunds an order',
      { order: text },
      {
        kind: 'update',
        table: 'orders',
        key: { param: 'order' },
        guards: [
          {
            condition: { column: 'status', is: '!=', term: { value: 'refunded' } },
            message: 'order {order} is refunded already',
          },
        ],
        set: { status: { value: 'refunded' } },
      },
    ),
    tool(
      'add_reminder',
      'Reminds of a person on a day',
      { person: text, day: text },
      { kind: 'create', table: 'reminders', set: { person: { param: 'person' }, day: { param: 'day' } } },
    ),
    tool(
      'multiply',
      'Product of two numbers',
      { a: integer, b: integer },
      { kind: 'compute', result: 'product', formula: { op: '*', args: [{ param: 'a' }, { param: 'b' }] } },
    ),
  ],
}

export const starterToolNames = starterApplication.tools.map(({ declaration }) => declaration.function.name)
