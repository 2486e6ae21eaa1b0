import { expect, test } from 'vitest'
import type { ChatMessage } from '../../chat/messages.ts'
import { type Step, saysJson, scriptedEndpoint } from '../../roles/scripted-endpoint.fixture.ts'
import { endpointAt, task } from './teacher.fixture.ts'
import { teacherUser } from './teacher-user.ts'

const says = (message: string, done = false): Step => saysJson({ thought: 'it is open', done, message })
const { signal } = new AbortController()

async function turn(script: readonly Step[], messages: readonly ChatMessage[]) {
  await using server = await scriptedEndpoint(script)
  const policy = teacherUser(endpointAt(server.baseUrl), task)
  const result = await policy.turn({ messages, seed: 4, signal }).catch((error: unknown) => error)
  return { result, requests: server.requests }
}

const history: readonly ChatMessage[] = [
  { role: 'system', content: 'SECRET POLICY' },
  { role: 'user', content: 'please cancel my repair' },
  {
    role: 'assistant',
    content: 'Let me look.',
    toolCalls: [{ id: 'functions.find_orders:0', name: 'find_orders', arguments: '{}' }],
  },
  { role: 'tool', toolCallId: 'functions.find_orders:0', content: 'SECRET ROWS' },
  { role: 'assistant', content: 'Who are you?' },
]

test('it opens, knows its goal, and hears what is said alone', async () => {
  const opening = await turn([says(' please cancel it ')], [{ role: 'system', content: 'SECRET POLICY' }])
  expect(opening.result).toMatchObject({
    kind: 'say',
    text: 'please cancel it',
    meta: { thought: 'it is open' },
  })
  expect(opening.requests[0]!.messages[1]!.content).toContain('Nothing was said yet: you open.')
  const { result, requests } = await turn([says('i am CUS-1001')], history)
  expect(result).toMatchObject({ kind: 'say', text: 'i am CUS-1001' })
  const { content } = requests[0]!.messages[1]!
  expect(content).toContain(
    'user: please cancel my repair\n\nassistant: Let me look.\n\nassistant: Who are you?',
  )
  expect(content).toContain('<goal>\nYour open repair shall be cancelled.')
  expect(content).toContain('asked: i am CUS-1001')
  expect(content).not.toContain('SECRET')
  expect(requests[0]!.seed).toBe(4)
})

test('it is done when it says so, but not before anything was said, and never says nothing', async () => {
  expect((await turn([says('', true)], history)).result).toMatchObject({ kind: 'done' })
  const early = await turn([says('', true), says('cancel it')], [])
  expect(early.result).toMatchObject({ kind: 'say', text: 'cancel it' })
  expect(early.requests[1]!.messages.at(-1)!.content).toContain('you cannot be done')
  const silent = await turn([says(' '), says('hello?')], history)
  expect(silent.result).toMatchObject({ kind: 'say', text: 'hello?' })
  expect((await turn([says(''), says(''), says('')], history)).result).toMatchObject({
    name: 'RejectedAnswer',
  })
})
