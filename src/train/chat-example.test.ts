import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalHistory } from '../chat/canonical-history.ts'
import { anyTools, byteTokenizer, mergingTokenizer, validHistory } from '../chat/chat.fixture.ts'
import { piecesText } from '../chat/pieces.ts'
import { toolCallPieces } from '../chat/tool-calls.ts'
import { chatExample } from './chat-example.ts'
import { readChatRecord } from './chat-record.ts'
import { pairExamples, readPreferencePair } from './preference-pair.ts'

const style = { toolStyle: 'json', defaultSystem: null } as const
const options = { ...style, sequenceLength: 100_000, tooLong: 'drop' } as const

test.each([
  ['bytes', byteTokenizer],
  ['merges', mergingTokenizer],
])('what is learned is exactly the assistant bodies with their end marks: %s', (_, tokenizer) => {
  fc.assert(
    fc.property(
      validHistory,
      anyTools,
      fc.constantFrom('json', 'typescript'),
      (messages, tools, toolStyle) => {
        const { messages: canonical } = canonicalHistory(messages, { closeLast: false })
        const assistants = canonical.flatMap((message) => (message.role === 'assistant' ? [message] : []))
        if (assistants.length === 0) return
        const { tokens, mask } = chatExample(tokenizer, { messages, tools }, { ...options, toolStyle })!
        const runs: number[][] = []
        for (const [i, id] of tokens.entries()) {
          if (mask[i] === 0) continue
          if (mask[i - 1] === 1) runs.at(-1)!.push(id)
          else runs.push([id])
        }
        const bodies = assistants.map(
          ({ content, toolCalls = [] }) =>
            `${content.toWellFormed()}${piecesText(toolCallPieces(toolCalls)).toWellFormed()}<|im_end|>`,
        )
        expect(runs.map((ids) => tokenizer.decode(ids))).toEqual(bodies)
        // What stands before each is the assistant's header, and nothing follows the last.
        expect(mask.at(-1)).toBe(1)
        expect(tokens.at(-1)).toBe(tokenizer.specials.get('<|im_end|>'))
        for (let i = 1; i < tokens.length; i++)
          if (mask[i] === 1 && mask[i - 1] === 0)
            expect(tokens[i - 1]).toBe(tokenizer.specials.get('<|im_middle|>'))
      },
    ),
    { numRuns: 150 },
  )
})

const long = {
  tools: [],
  messages: [
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'un' },
    { role: 'user', content: 'two' },
    { role: 'assistant', content: 'deux'.repeat(20) },
  ],
} as const

test('a conversation that is too long is left out, or cut behind the last turn that fits', () => {
  const whole = chatExample(byteTokenizer, long, options)!
  const exact = { ...options, sequenceLength: whole.tokens.length - 1 }
  expect(chatExample(byteTokenizer, long, exact)).toEqual(whole)
  const short = { ...options, sequenceLength: whole.tokens.length - 2 }
  expect(chatExample(byteTokenizer, long, short)).toBeNull()
  const cut = chatExample(byteTokenizer, long, { ...short, tooLong: 'cut' })!
  expect(cut).toEqual(chatExample(byteTokenizer, { ...long, messages: long.messages.slice(0, 2) }, options))
  expect(cut.bytes).toBe(2)
  expect(chatExample(byteTokenizer, long, { ...options, sequenceLength: 5, tooLong: 'cut' })).toBeNull()
})

test('ids of calls become those that K2 was trained on', () => {
  const record = readChatRecord({
    messages: JSON.stringify([
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_x', type: 'function', function: { name: 'f', arguments: {} } }],
      },
      { role: 'tool', tool_call_id: 'call_x', content: 'ok' },
      { role: 'assistant', content: 'done' },
    ]),
    tools: null,
  })
  const { tokens } = chatExample(byteTokenizer, record, options)!
  const text = byteTokenizer.decode(tokens)
  expect(text).toContain('functions.f:0')
  expect(text).not.toContain('call_x')
})

test('a trajectory is the conversation that its last node ends', () => {
  const node = (parent: number, message: object) => ({ parent, author: 'x', message })
  const record = readChatRecord({
    version: 1,
    id: 't',
    task: { set: 's', id: '1', digest: 'd' },
    seed: 0,
    models: {},
    tools: [],
    nodes: [
      node(-1, { role: 'user', content: 'hi' }),
      node(0, { role: 'assistant', content: 'a branch' }),
      node(0, { role: 'assistant', content: 'yes', token_ids: { offset: 0, length: 4, crc32: 1 } }),
    ],
  })
  const { tokens } = chatExample(byteTokenizer, record, options)!
  expect(byteTokenizer.decode(tokens)).toMatch(/hi<\|im_end\|>.*yes<\|im_end\|>$/)
  expect(byteTokenizer.decode(tokens)).not.toContain('branch')
})

/** What is learned of a conversation, a text for each run of learned tokens. */
function learnedOf(value: Record<string, unknown>): string[] {
  const { tokens, mask } = chatExample(byteTokenizer, readChatRecord(value), options)!
  const learned = byteTokenizer.decode(tokens.map((id, i) => (mask[i] === 1 ? id : 0x2f)))
  return [...learned.matchAll(/([^/]*)<\|im_end\|>/g)].map(([, text]) => text!)
}

const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
const calling = { role: 'assistant', content: 'one', tool_calls: [call('a'), call('b')] }
const weighted = [
  { role: 'system', content: '', tools: [{ type: 'function', function: { name: 'f' } }] },
  { role: 'user', content: 'go' },
  { role: 'tool', tool_call_id: 'nobody', content: 'left out' },
  { ...calling, weight: 0 },
  { role: 'tool', tool_call_id: 'b', content: 'a result, and one is added' },
  { role: 'user', content: 'more' },
  { role: 'assistant', content: 'two', weight: 1 },
  { role: 'user', content: 'more' },
  { role: 'assistant', content: 'three', weight: 0 },
  { role: 'user', content: 'more' },
  { role: 'assistant', content: 'four' },
  { role: 'user', content: 'more' },
  { role: 'assistant', content: 'five', weight: 0 },
]

test('turns of weight 0 are read and not learned, what stands behind the last learned one is left out', () => {
  expect(learnedOf({ messages: weighted })).toEqual(['two', 'four'])
  const { tokens } = chatExample(byteTokenizer, readChatRecord({ messages: weighted }), options)!
  expect(byteTokenizer.decode(tokens)).toMatch(/one.*three.*four<\|im_end\|>$/s)
})

test('nodes of weight 0 are read and not learned', () => {
  const nodes = weighted.slice(5).map(({ weight, ...message }, i) => ({
    ...{ parent: i - 1, author: 'x', message },
    ...(weight !== undefined && { meta: { weight, latency: 3 } }),
  }))
  const about = {
    version: 1,
    id: 't',
    task: { set: 's', id: '1', digest: 'd' },
    seed: 0,
    models: {},
    tools: [],
  }
  expect(learnedOf({ ...about, nodes })).toEqual(['two', 'four'])
})

test('whatever is repaired in a history, its turns keep their weights', () => {
  fc.assert(
    fc.property(validHistory, fc.infiniteStream(fc.boolean()), (messages, stream) => {
      const learned = messages.map(() => stream.next().value as boolean)
      const plain = messages.map((message, i) =>
        message.role === 'assistant' ? { ...message, content: `${learned[i] ? 'yes' : 'no'}` } : message,
      )
      if (!plain.some((message, i) => message.role === 'assistant' && learned[i])) return
      const { tokens, mask } = chatExample(byteTokenizer, { messages: plain, tools: [], learned }, options)!
      const starts = tokens.flatMap((_, i) => (mask[i] === 1 && mask[i - 1] === 0 ? [i] : []))
      for (const start of starts) expect(byteTokenizer.decode(tokens.slice(start, start + 3))).toBe('yes')
      const count = plain.filter(({ role }, i) => role === 'assistant' && learned[i]).length
      expect(starts).toHaveLength(count)
    }),
    { numRuns: 100 },
  )
})

test.each([
  [{ messages: [{ role: 'assistant', content: 'a', weight: 0 }] }, "every assistant's turn has weight 0"],
  [{ messages: [{ role: 'assistant', content: 'a', weight: 0.5 }] }, 'messages[0].weight'],
  [{ text: 'a' }, 'no key "messages" (there are: text)'],
  [{ messages: [] }, 'messages'],
  [{ messages: 'hello' }, 'messages: expected a list, or JSON text of one'],
  [{ messages: [{ role: 'wizard', content: 'a' }] }, 'messages[0].role: expected "system"'],
  [{ messages: [{ role: 'user', content: 'a' }] }, 'no turn of the role assistant'],
  [{ messages: [{ role: 'assistant', content: 'a' }], tools: [{ type: 'x' }] }, 'tools[0]'],
])('%o is refused', (value, message) => {
  expect(() => chatExample(byteTokenizer, readChatRecord(value), options)).toThrow(message)
})

const better = { role: 'assistant', content: 'good' }
const worse = { role: 'assistant', content: 'bad' }
const prompt = [{ role: 'user', content: 'how?' }]

test.each([
  ['a context and two texts', { messages: prompt, chosen: 'good', rejected: 'bad' }],
  ["TRL's prompt and messages", { prompt, chosen: [better], rejected: [worse] }],
  ["TRL's plain prompt", { prompt: 'how?', chosen: 'good', rejected: 'bad' }],
  ['whole conversations', { chosen: [...prompt, better], rejected: [...prompt, worse] }],
  ['JSON text', { messages: JSON.stringify(prompt), chosen: JSON.stringify(better), rejected: 'bad' }],
])('a pair is read from %s, and judged in both orders', (_, value) => {
  const [first, second] = pairExamples(byteTokenizer, readPreferencePair(value), options)!
  const read = ({ tokens, mask }: typeof first) => ({
    given: byteTokenizer.decode(tokens.filter((_, i) => mask[i] === 0)),
    learned: byteTokenizer.decode(tokens.filter((_, i) => mask[i] === 1)),
  })
  expect(read(first).learned).toBe('A<|im_end|>')
  expect(read(second).learned).toBe('B<|im_end|>')
  expect(read(first).given).toMatch(/user: how\?\n\n# Answer A\ngood\n\n# Answer B\nbad/)
  expect(read(second).given).toMatch(/user: how\?\n\n# Answer A\nbad\n\n# Answer B\ngood/)
})

test.each([
  [{ messages: prompt, chosen: 'good' }, 'no key "rejected"'],
  [{ chosen: 'good', rejected: 'bad' }, 'no key "messages" or "prompt"'],
  [{ messages: prompt, chosen: prompt, rejected: 'bad' }, "chosen: expected text, an assistant's message"],
])('%o is no pair', (value, message) => {
  expect(() => readPreferencePair(value)).toThrow(message)
})
