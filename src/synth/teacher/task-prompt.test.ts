import { expect, test } from 'vitest'
import { schemaProblems } from '../../schema-error.ts'
import { stateProblems } from './row-problems.ts'
import { taskPrompt, type WrittenFamily, type WrittenTask } from './task-prompt.ts'
import { agent, application, written } from './teacher.fixture.ts'

const problems = (task: WrittenTask, family: WrittenFamily = 'clarification'): string =>
  taskPrompt.problems!(task, { application, agent, family, difficulty: 2, manner: 'brief' }).join('\n')

test('a good task has the form and no problems', () => {
  expect(taskPrompt.schema.parse(written)).toEqual(written)
  expect(problems(written)).toBe('')
})

const order = written.state.orders!['ORD-2001']!
test.each([
  [{ bills: {} }, 'there is no table bills; there are customers, orders'],
  [{ orders: { 'ORD-1': { ...order, colour: 'red' } } }, 'orders/ORD-1: there is no column colour'],
  [{ orders: { 'X-1': order } }, 'orders/X-1: keys begin with ORD-'],
  [
    { orders: { 'ORD-1': { ...order, status: 'lost' } } },
    'status is "lost", expected one of open, done, cancelled',
  ],
  [{ orders: { 'ORD-1': { ...order, price: '80' } } }, 'price is "80", expected number from 0 to 5000'],
  [{ orders: { 'ORD-1': { ...order, price: -1 } } }, 'price is -1'],
  [{ orders: { 'ORD-1': { ...order, due: '1 March' } } }, 'due is "1 March", expected a date as YYYY-MM-DD'],
  [{ orders: { 'ORD-1': order } }, 'customer is "CUS-1001", which is no key of customers'],
  [{ customers: { 'CUS-1': { name: 'Bo' } } }, 'customers/CUS-1: credit is missing'],
  [{ customers: { 'CUS-1': { name: 'Bo', credit: null } } }, ''],
])('rows %j', (state, problem) => {
  expect(stateProblems(application.tables, state as never).join('\n')).toContain(problem)
})

const success = (check: object): WrittenTask => ({
  ...written,
  rubric: { ...written.rubric, success: [{ name: 'one', check: check as never }] },
})

test.each([
  [
    success({ kind: 'column', table: 'bills', key: 'x', column: 'y', equals: 1 }),
    'success "one": there is no table bills',
  ],
  [
    success({ kind: 'rows', table: 'orders', where: { colour: 1 }, count: 1 }),
    'the table orders has no column colour',
  ],
  [success({ kind: 'unchanged', except: ['orders'] }), 'orders is no table/key'],
  [success({ kind: 'unchanged', except: ['bills/*'] }), 'there is no table bills'],
  [success({ kind: 'called', tool: 'pay' }), 'there is no tool pay'],
  [
    success({ kind: 'called', tool: 'cancel_order', arguments: { id: 1 } }),
    'cancel_order has no parameter id',
  ],
  [
    success({ kind: 'called', tool: 'cancel_order', atLeast: 3, atMost: 2 }),
    '3 calls at least are more than 2 at most',
  ],
  [success({ kind: 'order', first: 'find_orders', second: 'pay' }), 'there is no tool pay'],
  [success({ kind: 'tests' }), 'tests are no check of such a task'],
  [
    success({ kind: 'column', table: 'orders', key: 'x', column: 'price', equals: 1 }),
    '"unchanged" is missing',
  ],
  [
    { ...written, user: { ...written.user, moves: [{ when: 'asked', text: 'x' }] } },
    'the first one, and no other, is "first"',
  ],
  [
    { ...written, user: { ...written.user, moves: [written.user.moves[0]!] } },
    'a task of clarification has a line',
  ],
  [
    {
      ...written,
      rubric: { ...written.rubric, judged: [written.rubric.judged[0]!, written.rubric.judged[0]!] },
    },
    'two criteria are named "told"',
  ],
] as readonly (readonly [WrittenTask, string])[])('%#: %s', (task, problem) => {
  expect(problems(task)).toContain(problem)
})

test('a task without tools says so', () => {
  expect(problems(written, 'no_tool')).toContain('a task without tools checks "not_called"')
})

test('tests and empty rubrics have not the form', () => {
  expect(schemaProblems(taskPrompt.schema, success({ kind: 'tests' })).join()).toContain(
    'rubric.success[0].check',
  )
  const empty = { ...written, rubric: { ...written.rubric, success: [] } }
  expect(schemaProblems(taskPrompt.schema, empty).join()).toContain(
    'rubric.success: expected a list with a length of',
  )
})
