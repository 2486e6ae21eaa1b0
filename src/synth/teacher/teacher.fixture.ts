import { createChatEndpoint } from '../../roles/create-chat-endpoint.ts'
import type { Application } from '../../world/application.ts'
import type { AgentProfile, Task } from '../../world/task.ts'
import type { DesignedApplication } from './designed-application.ts'
import type { WrittenTask } from './task-prompt.ts'

const property = (type: string, description: string) => ({ type, description })
const parameters = (properties: Readonly<Record<string, object>>, required: readonly string[]) =>
  ({ type: 'object', properties, required, additionalProperties: false }) as const

/** What a good tool designer answers. */
export const designed: DesignedApplication = {
  name: 'workshop_orders',
  description: 'Repair orders of a bicycle workshop.',
  tables: [
    {
      name: 'customers',
      singular: 'customer',
      key: 'customer_id',
      keyPrefix: 'CUS-',
      columns: { name: { type: 'text' }, credit: { type: 'number', minimum: 0, maximum: 1000, unit: 'EUR' } },
    },
    {
      name: 'orders',
      singular: 'order',
      key: 'order_id',
      keyPrefix: 'ORD-',
      columns: {
        customer: { type: 'reference', table: 'customers' },
        status: { type: 'enum', values: ['open', 'done', 'cancelled'] },
        price: { type: 'number', minimum: 0, maximum: 5000, unit: 'EUR' },
        due: { type: 'date' },
      },
    },
  ],
  tools: [
    {
      declaration: {
        type: 'function',
        function: {
          name: 'find_orders',
          description: 'Finds orders by customer and status.',
          parameters: parameters(
            {
              customer_id: property('string', 'key of a customer'),
              status: property('string', 'open, done or cancelled'),
            },
            [],
          ),
        },
      },
      semantics: {
        kind: 'search',
        table: 'orders',
        where: [
          { column: 'customer', is: '=', term: { param: 'customer_id' } },
          { column: 'status', is: '=', term: { param: 'status' } },
        ],
        columns: ['customer', 'status', 'price', 'due'],
        limit: 20,
      },
    },
    {
      declaration: {
        type: 'function',
        function: {
          name: 'cancel_order',
          description: 'Cancels an open order; refuses others.',
          parameters: parameters({ order_id: property('string', 'key of the order') }, ['order_id']),
        },
      },
      semantics: {
        kind: 'update',
        table: 'orders',
        key: { param: 'order_id' },
        guards: [
          {
            condition: { column: 'status', is: '=', term: { value: 'open' } },
            message: 'order {order_id} is {status} and cannot be cancelled',
          },
        ],
        set: { status: { value: 'cancelled' } },
      },
    },
  ],
}

export const application: Application = { domain: 'manufacturing_industrial_iot', ...designed }

export const agent: AgentProfile = {
  id: 'agent-1',
  systemPrompt: `You serve the customers of a bicycle workshop. ${'Look an order up before you change it. '.repeat(6)}`,
  tools: ['find_orders', 'cancel_order'],
}

/** What a good task writer answers. */
export const written: WrittenTask = {
  state: {
    customers: { 'CUS-1001': { name: 'Ida Holm', credit: 20 }, 'CUS-1002': { name: 'Ida Holst', credit: 0 } },
    orders: {
      'ORD-2001': { customer: 'CUS-1001', status: 'open', price: 80, due: '2026-03-01' },
      'ORD-2002': { customer: 'CUS-1002', status: 'open', price: 95.5, due: '2026-03-04' },
      'ORD-2003': { customer: 'CUS-1001', status: 'done', price: 12, due: '2026-01-15' },
    },
  },
  user: {
    persona: 'Ida, in a hurry, writes without capitals.',
    goal: 'Your open repair shall be cancelled. Your customer number is CUS-1001.',
    moves: [
      { when: 'first', text: 'please cancel my open repair' },
      { when: 'asked', text: 'i am CUS-1001' },
    ],
  },
  rubric: {
    success: [
      {
        name: 'order cancelled',
        check: { kind: 'column', table: 'orders', key: 'ORD-2001', column: 'status', equals: 'cancelled' },
      },
      { name: 'nothing else', check: { kind: 'unchanged', except: ['orders/ORD-2001'] } },
    ],
    pattern: [
      { name: 'looked up first', check: { kind: 'order', first: 'find_orders', second: 'cancel_order' } },
    ],
    checkpoints: [
      {
        name: 'found',
        check: { kind: 'called', tool: 'find_orders', arguments: { customer_id: 'CUS-1001' } },
      },
    ],
    judged: [
      { name: 'told', criterion: 'The user is told that the repair is cancelled.' },
      { name: 'kept secrets', criterion: 'Nothing about other customers is told.' },
    ],
  },
}

export const task: Task = {
  version: 1,
  id: 'task-1',
  family: 'clarification',
  difficulty: 2,
  seed: 1,
  agent,
  application,
  ...written,
  failures: [],
  oracle: [],
}

export const endpointAt = (baseUrl: string, retries = 0) =>
  createChatEndpoint({ baseUrl, model: 'teacher', maxConcurrency: 4, timeoutMs: 20_000, retries })
