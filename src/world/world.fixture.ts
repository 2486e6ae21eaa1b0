import type { ChatMessage } from '../chat/messages.ts'
import type { Trajectory, TrajectoryNode } from '../trajectory/trajectory.ts'
import type { Application, WorldTool } from './application.ts'
import type { Semantics } from './semantics.ts'
import type { WorldState } from './state.ts'
import type { PlanStep, Rubric, Task } from './task.ts'

/** A value that throws where it is changed. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen)
    Object.freeze(value)
  }
  return value
}

const tool = (name: string, semantics?: Semantics): WorldTool => ({
  declaration: { type: 'function', function: { name, description: name } },
  ...(semantics && { semantics }),
})

const key = { param: 'key' }
const open = { column: 'status', is: '=', term: { value: 'open' } } as const

/** A shop with a tool of each kind; none checks its arguments, so that anything reaches the semantics. */
export const shop: Application = frozen({
  name: 'shop',
  domain: 'retail',
  description: 'A shop.',
  tables: [
    {
      name: 'accounts',
      singular: 'bank_account',
      key: 'account_id',
      keyPrefix: 'ACC-',
      columns: { owner: { type: 'text' }, balance: { type: 'number', minimum: 0, maximum: 1e6 } },
    },
    {
      name: 'orders',
      singular: 'order',
      key: 'order_id',
      keyPrefix: 'ORD-',
      columns: {
        account: { type: 'reference', table: 'accounts' },
        status: { type: 'enum', values: ['open', 'paid'] },
        price: { type: 'number', minimum: 0, maximum: 1000 },
        note: { type: 'text' },
      },
    },
  ],
  tools: [
    tool('get_order', { kind: 'get', table: 'orders', key }),
    tool('order_price', { kind: 'get', table: 'orders', key, columns: ['order_id', 'price'] }),
    tool('find_orders', {
      kind: 'search',
      table: 'orders',
      where: [
        { column: 'status', is: '=', term: { param: 'status' } },
        { column: 'price', is: '<=', term: { param: 'most' } },
      ],
      columns: ['status', 'price'],
      limit: 2,
      sort: { column: 'price', descending: true },
    }),
    tool('newest_orders', {
      kind: 'search',
      table: 'orders',
      where: [],
      columns: [],
      limit: 10,
      sort: { column: 'order_id', descending: true },
    }),
    ...(['count', 'sum', 'mean', 'minimum', 'maximum'] as const).map((name) =>
      tool(`${name}_prices`, {
        kind: 'aggregate',
        table: 'orders',
        where: [{ column: 'status', is: '=', term: { param: 'status' } }],
        function: name,
        column: 'price',
      }),
    ),
    tool('create_order', {
      kind: 'create',
      table: 'orders',
      set: { account: { param: 'account' }, price: { param: 'price' }, status: { value: 'open' } },
    }),
    tool('update_order', {
      kind: 'update',
      table: 'orders',
      key,
      guards: [{ condition: open, message: 'order {order_id} is {status}, so {price} stays' }],
      set: {
        account: { param: 'account' },
        note: { param: 'note' },
        price: { op: '*', args: [{ column: 'price' }, { param: 'factor' }] },
      },
    }),
    tool('note_order', {
      kind: 'update',
      table: 'orders',
      key,
      guards: [],
      set: { note: { param: 'note' } },
    }),
    tool('remove_order', {
      kind: 'remove',
      table: 'orders',
      key,
      guards: [{ condition: open, message: 'order {order_id} is {status}' }],
    }),
    tool('transfer', {
      kind: 'transfer',
      table: 'accounts',
      from: { param: 'from' },
      to: { param: 'to' },
      column: 'balance',
      amount: { param: 'amount' },
      floor: 10,
    }),
    tool('divide', {
      kind: 'compute',
      result: 'share',
      formula: { op: '/', args: [{ param: 'amount' }, { param: 'parts' }] },
    }),
    tool('script', { kind: 'script', source: 'given' }),
    tool('only_declared'),
  ],
})

export const shopState: WorldState = frozen({
  accounts: {
    'ACC-1001': { owner: 'Ida', balance: 100 },
    'ACC-1002': { owner: 'Bo', balance: 20.5 },
  },
  orders: {
    'ORD-1001': { account: 'ACC-1001', status: 'open', price: 10.1, note: null },
    'ORD-1002': { account: 'ACC-1001', status: 'paid', price: 20.2, note: 'gift' },
    'ORD-1003': { account: 'ACC-1002', status: 'open', price: 5.125, note: null },
  },
})

const noRubric: Rubric = { success: [], pattern: [], checkpoints: [], judged: [] }

/** A task in the shop. */
export const shopTask = (change: Partial<Task> & { readonly oracle?: readonly PlanStep[] } = {}): Task => ({
  version: 1,
  id: 'task',
  family: 'single_call',
  difficulty: 1,
  seed: 1,
  agent: {
    id: 'clerk',
    systemPrompt: 'You serve.',
    tools: shop.tools.map(({ declaration }) => declaration.function.name),
  },
  user: { persona: 'someone', goal: 'a goal', moves: [{ when: 'first', text: 'Please.' }] },
  application: shop,
  state: shopState,
  failures: [],
  rubric: noRubric,
  oracle: [],
  ...change,
})

/** A call or an answer of an assistant, a word of a user, a result (which failed, or not). */
export const calls = (
  ...made: readonly (readonly [id: string, name: string, args?: object])[]
): ChatMessage => ({
  role: 'assistant',
  content: '',
  toolCalls: made.map(([id, name, args = {}]) => ({ id, name, arguments: JSON.stringify(args) })),
})
export const says = (content: string): ChatMessage => ({ role: 'assistant', content })
export const asks = (content: string): ChatMessage => ({ role: 'user', content })
export const result = (toolCallId: string, failed = false): Omit<TrajectoryNode, 'parent' | 'author'> => ({
  message: { role: 'tool', toolCallId, content: '{}' },
  ...(failed && { meta: { failed } }),
})

/** A trajectory of these messages, one after the other. */
export const trajectoryOf = (
  ...said: readonly (ChatMessage | Omit<TrajectoryNode, 'parent' | 'author'>)[]
): Trajectory => ({
  version: 1,
  id: 'a',
  task: { set: 's', id: 'task', digest: '0' },
  seed: 1,
  models: {},
  tools: [],
  nodes: said.map((one, i) => ({
    parent: i - 1,
    author: 'x',
    ...('message' in one ? one : { message: one }),
  })),
})
