import type { JsonSchema } from '../../chat/messages.ts'
import type { Application, WorldTool } from '../../world/application.ts'
import type { Semantics } from '../../world/semantics.ts'
import type { WorldState } from '../../world/state.ts'

const tool = (
  name: string,
  description: string,
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
  semantics: Semantics,
): WorldTool => ({
  declaration: {
    type: 'function',
    function: {
      name,
      description,
      parameters: { type: 'object', properties, required, additionalProperties: false },
    },
  },
  semantics,
})

const text = { type: 'string' }
const number = { type: 'number' }
const status = { type: 'string', enum: ['planned', 'on_the_way', 'delivered', 'cancelled'] }

/** A parcel service: drivers and deliveries. */
export const deliveries: Application = {
  name: 'parcel_desk',
  domain: 'transportation_logistics',
  description: 'Plans deliveries of a parcel service and its drivers.',
  tables: [
    {
      name: 'deliveries',
      singular: 'delivery',
      key: 'delivery_id',
      keyPrefix: 'DEL-',
      columns: {
        recipient: { type: 'text' },
        city: { type: 'text' },
        weight: { type: 'number', minimum: 0.5, maximum: 80, unit: 'kg' },
        price: { type: 'number', minimum: 3, maximum: 300, unit: 'EUR' },
        status: { type: 'enum', values: status.enum },
        due_date: { type: 'date' },
        insured: { type: 'boolean' },
        driver_id: { type: 'reference', table: 'drivers' },
      },
    },
    {
      name: 'drivers',
      singular: 'driver',
      key: 'driver_id',
      keyPrefix: 'DRV-',
      columns: {
        name: { type: 'text' },
        phone: { type: 'text' },
        balance: { type: 'number', minimum: 0, maximum: 900, unit: 'EUR' },
        shift: { type: 'enum', values: ['early', 'late', 'night'] },
      },
    },
  ],
  tools: [
    tool('get_delivery', 'A delivery by its id.', { delivery_id: text }, ['delivery_id'], {
      kind: 'get',
      table: 'deliveries',
      key: { param: 'delivery_id' },
    }),
    tool('get_driver', 'A driver by their id.', { driver_id: text }, ['driver_id'], {
      kind: 'get',
      table: 'drivers',
      key: { param: 'driver_id' },
    }),
    tool(
      'search_deliveries',
      'Deliveries that meet all filters given, dearest first.',
      { city: text, status, max_weight: number },
      [],
      {
        kind: 'search',
        table: 'deliveries',
        where: [
          { column: 'city', is: '=', term: { param: 'city' } },
          { column: 'status', is: '=', term: { param: 'status' } },
          { column: 'weight', is: '<=', term: { param: 'max_weight' } },
        ],
        columns: ['recipient', 'city', 'price', 'status', 'driver_id'],
        limit: 5,
        sort: { column: 'price', descending: true },
      },
    ),
    tool('find_drivers', 'Drivers whose name contains a text.', { name: text }, ['name'], {
      kind: 'search',
      table: 'drivers',
      where: [{ column: 'name', is: 'contains', term: { param: 'name' } }],
      columns: ['name', 'phone', 'shift'],
      limit: 5,
    }),
    tool('total_price', 'Sum of the prices of deliveries with a status.', { status }, ['status'], {
      kind: 'aggregate',
      table: 'deliveries',
      where: [{ column: 'status', is: '=', term: { param: 'status' } }],
      function: 'sum',
      column: 'price',
    }),
    tool('count_deliveries', 'How many deliveries go to a city.', { city: text }, ['city'], {
      kind: 'aggregate',
      table: 'deliveries',
      where: [{ column: 'city', is: '=', term: { param: 'city' } }],
      function: 'count',
    }),
    tool(
      'create_delivery',
      'Plans a new delivery.',
      { recipient: text, city: text, weight: number, driver_id: text },
      ['recipient', 'city', 'weight', 'driver_id'],
      {
        kind: 'create',
        table: 'deliveries',
        set: {
          recipient: { param: 'recipient' },
          city: { param: 'city' },
          weight: { param: 'weight' },
          price: {
            op: 'round',
            args: [{ op: '*', args: [{ param: 'weight' }, { value: 2.5 }] }],
            digits: 2,
          },
          status: { value: 'planned' },
          insured: { value: false },
          driver_id: { param: 'driver_id' },
        },
      },
    ),
    tool(
      'set_delivery_status',
      'Changes the status of a delivery that is not cancelled.',
      { delivery_id: text, status },
      ['delivery_id', 'status'],
      {
        kind: 'update',
        table: 'deliveries',
        key: { param: 'delivery_id' },
        guards: [
          {
            condition: { column: 'status', is: '!=', term: { value: 'cancelled' } },
            message: 'The delivery is {status} and cannot be changed.',
          },
        ],
        set: { status: { param: 'status' } },
      },
    ),
    tool(
      'assign_driver',
      'Gives a delivery to a driver.',
      { delivery_id: text, driver_id: text },
      ['delivery_id', 'driver_id'],
      {
        kind: 'update',
        table: 'deliveries',
        key: { param: 'delivery_id' },
        guards: [],
        set: { driver_id: { param: 'driver_id' } },
      },
    ),
    tool('remove_delivery', 'Removes a delivery.', { delivery_id: text }, ['delivery_id'], {
      kind: 'remove',
      table: 'deliveries',
      key: { param: 'delivery_id' },
      guards: [],
    }),
    tool(
      'move_balance',
      'Moves money from one driver to another.',
      { from_driver: text, to_driver: text, amount: number },
      ['from_driver', 'to_driver', 'amount'],
      {
        kind: 'transfer',
        table: 'drivers',
        from: { param: 'from_driver' },
        to: { param: 'to_driver' },
        column: 'balance',
        amount: { param: 'amount' },
        floor: 0,
      },
    ),
    tool(
      'quote_price',
      'Price of a parcel by weight and distance.',
      { weight: number, distance: { type: 'number', minimum: 1, maximum: 900 } },
      ['weight', 'distance'],
      {
        kind: 'compute',
        result: 'price',
        formula: {
          op: 'round',
          args: [
            {
              op: '+',
              args: [
                { op: '*', args: [{ param: 'weight' }, { value: 1.2 }] },
                { op: '*', args: [{ param: 'distance' }, { value: 0.1 }] },
              ],
            },
          ],
          digits: 2,
        },
      },
    ),
  ],
}

const cities = ['Bergen', 'Porto', 'Krakow', 'Bergen', 'Utrecht', 'Porto', 'Turku', 'Bergen']
const recipients = 'Olsen|Pereira|Nowak|Haugen|de Vries|Marques|Laine|Dahl'.split('|')
const weights = [12.5, 3.2, 44, 7.75, 18.3, 61.4, 2.1, 33.6]
const prices = [35.2, 18.9, 142.5, 27.35, 64.8, 210.4, 9.95, 118.25]
const statuses = [
  'planned',
  'on_the_way',
  'delivered',
  'planned',
  'cancelled',
  'on_the_way',
  'delivered',
  'planned',
]

export const deliveriesState: WorldState = {
  deliveries: Object.fromEntries(
    cities.map((city, i) => [
      `DEL-${4101 + 37 * i}`,
      {
        recipient: recipients[i]!,
        city,
        weight: weights[i]!,
        price: prices[i]!,
        status: statuses[i]!,
        due_date: `2025-0${1 + i}-1${i}`,
        insured: i % 3 === 0,
        driver_id: `DRV-${71 + (i % 4) * 6}`,
      },
    ]),
  ),
  drivers: Object.fromEntries(
    ['Sigrid Moen', 'Rui Costa', 'Ewa Zielinska', 'Aino Korhonen'].map((name, i) => [
      `DRV-${71 + i * 6}`,
      {
        name,
        phone: `+47 55 20 1${i} ${31 + i * 7}`,
        balance: [420.5, 88, 305.75, 611.2][i]!,
        shift: ['early', 'late', 'night', 'early'][i]!,
      },
    ]),
  ),
}
