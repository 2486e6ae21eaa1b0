import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalHistory } from '../chat/canonical-history.ts'
import { anyTools, byteTokenizer, mergingTokenizer, validHistory } from '../chat/chat.fixture.ts'
import { piecesText } from '../chat/pieces.ts'
import { toolCallPieces } from '../chat/tool-calls.ts'
import { writeOpenAiMessages } from '../chat/write-openai-messages.ts'
import { fromOpenAiChat } from '../trajectory/openai-chat.ts'
import { conversation } from '../trajectory/trajectory.ts'
import { chatExample } from './chat-example.ts'
import { readChatRecord } from './chat-record.ts'
import { pairExamples } from './pair-examples.ts'
import { readPreferencePair } from './preference-pair.ts'

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
  { ...calling, weight: 0 },
  { role: 'tool', tool_call_id: 'b', content: 'B' },
  { role: 'tool', tool_call_id: 'a', content: 'A' },
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

const asked = { role: 'user', content: 'go' }

test('functions of old are read as tools, as `trajectories convert` reads them', () => {
  const declared = { name: 'f', parameters: { type: 'object' } }
  const old = {
    functions: JSON.stringify([declared]),
    messages: [
      asked,
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
      { role: 'function', name: 'f', content: 'one' },
      { role: 'assistant', content: 'So.', function_call: null },
    ],
  }
  const called = { type: 'function', function: { name: 'f', arguments: '{"a":1}' } }
  const modern = {
    tools: [{ type: 'function', function: declared }],
    messages: [
      asked,
      { role: 'assistant', content: null, tool_calls: [{ id: 'functions.f:0', ...called }] },
      { role: 'tool', tool_call_id: 'functions.f:0', content: 'one' },
      { role: 'assistant', content: 'So.' },
    ],
  }
  const read = readChatRecord(old)
  expect(read).toEqual(readChatRecord(modern))
  const converted = fromOpenAiChat({ ...old, functions: [declared] })
  expect(read).toMatchObject({ messages: conversation(converted), tools: converted.tools })
})

test('what is read, and what is refused, is the same as where chats become trajectories', () => {
  const outcomeOf = (read: () => unknown) => {
    try {
      return read()
    } catch (error) {
      return (error as Error).message
    }
  }
  fc.assert(
    fc.property(validHistory, anyTools, fc.array(fc.nat(), { maxLength: 2 }), (history, tools, dropped) => {
      const messages = writeOpenAiMessages(history.filter((_, i) => !dropped.includes(i)))
      if (messages.length === 0) return
      const learned = outcomeOf(() => readChatRecord({ messages, tools }).messages)
      const converted = outcomeOf(() =>
        conversation(fromOpenAiChat({ messages, tools }, { keepIds: true, where: 'x' })),
      )
      if (typeof learned === 'string') expect(converted).toBe(`x: ${learned}`)
      else expect(converted).toEqual(learned)
    }),
    { numRuns: 150 },
  )
})

test('calls of the last turn need no results, and none is made up', () => {
  expect(learnedOf({ messages: [asked, calling] })).toEqual([
    expect.stringMatching(/^one.*functions\.f:0.*functions\.f:1/),
  ])
  const one = { role: 'tool', tool_call_id: 'a', content: 'A' }
  expect(learnedOf({ messages: [asked, calling, one] })).toEqual(learnedOf({ messages: [asked, calling] }))
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
  [{ messages: [calling, asked] }, 'messages[0].tool_calls[0]: no result for the call "a"'],
  [
    { messages: [asked, { role: 'tool', tool_call_id: 'a', content: '' }, calling] },
    'messages[1].tool_call_id: "a" answers no call of the turn before it',
  ],
  [
    { messages: [{ role: 'function', name: 'f', content: '' }] },
    'messages[0]: the result of "f" follows no call',
  ],
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
  ['a context that answers repeat', { messages: prompt, chosen: [...prompt, better], rejected: [worse] }],
  ['JSON text', { messages: JSON.stringify(prompt), chosen: JSON.stringify(better), rejected: 'bad' }],
])('a pair is read from %s, and judged in both orders', (_, value) => {
  const [first, second] = pairExamples(byteTokenizer, readPreferencePair(value), options)!
  const read = ({ tokens, mask }: typeof first) => ({
    given: byteTokenizer.decode(tokens.filter((_, i) => mask[i] === 0)),
    learned: byteTokenizer.decode(tokens.filter((_, i) => mask[i] === 1)),
  })
  expect(read(first).learned).toBe('{"better":"A"}<|im_end|>')
  expect(read(second).learned).toBe('{"better":"B"}<|im_end|>')
  const request = '<request>\nuser: how?\n</request>'
  expect(read(first).given).toContain(`${request}\n\n<A>\ngood\n</A>\n\n<B>\nbad\n</B>`)
  expect(read(second).given).toContain(`${request}\n\n<A>\nbad\n</A>\n\n<B>\ngood\n</B>`)
})

test.each([
  [{ messages: prompt, chosen: 'good' }, 'no key "rejected"'],
  [{ chosen: 'good', rejected: 'bad' }, 'no key "messages" or "prompt"'],
  [{ messages: prompt, chosen: prompt, rejected: 'bad' }, "chosen: expected text, an assistant's message"],
  [
    { chosen: [...prompt, better], rejected: [{ role: 'user', content: 'why?' }, worse] },
    'rejected: it goes on with another conversation than chosen',
  ],
  [{ chosen: [...prompt, better], rejected: [worse] }, 'rejected: it goes on with another conversation'],
  [
    { prompt: 'how?', chosen: [{ role: 'user', content: 'why?' }, better], rejected: 'bad' },
    'chosen: it goes on with another conversation than the one that is given',
  ],
  [{ messages: [calling], chosen: 'good', rejected: 'bad' }, 'messages[0].tool_calls[0]: no result'],
  [{ messages: prompt, chosen: 'good', rejected: 'bad', criteria: 'short' }, 'criteria: expected'],
])('%o is no pair', (value, message) => {
  expect(() => readPreferencePair(value)).toThrow(message)
})
