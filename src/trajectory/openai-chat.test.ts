import { writeFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyTools, validHistory } from '../chat/chat.fixture.ts'
import { writeOpenAiMessages } from '../chat/write-openai-messages.ts'
import { checkTrajectory } from './check-trajectory.ts'
import { fromOpenAiChat, readOpenAiChats, toOpenAiChat } from './openai-chat.ts'
import { exampleTrajectory, scratchDirectory } from './trajectory.fixture.ts'
import { conversation } from './trajectory.ts'

describe('chats of OpenAI', () => {
  it('come back as they were', () => {
    const weight = fc.option(fc.constantFrom(0 as const, 1 as const), { nil: undefined })
    fc.assert(
      fc.property(
        validHistory,
        anyTools,
        fc.array(weight, { minLength: 40, maxLength: 40 }),
        (history, tools, weights) => {
          const messages = writeOpenAiMessages(history).map((message, i) =>
            weights[i] === undefined ? message : { ...message, weight: weights[i] },
          )
          const chat = { messages, ...(tools.length > 0 && { tools }) }
          const trajectory = fromOpenAiChat(JSON.parse(JSON.stringify(chat)))
          checkTrajectory(trajectory, 'chat')
          expect(toOpenAiChat(trajectory)).toEqual(JSON.parse(JSON.stringify(chat)))
          expect(fromOpenAiChat(toOpenAiChat(trajectory))).toEqual(trajectory)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('get ids of K2, unless they are to be kept', () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: null, tool_calls: [call('call_x'), call('call_y')] },
      { role: 'tool', tool_call_id: 'call_y', content: 'Y' },
      { role: 'tool', tool_call_id: 'call_x', content: 'X' },
      { role: 'assistant', content: '', tool_calls: [call('call_x')] },
    ]
    const idsOf = (keepIds: boolean) =>
      conversation(fromOpenAiChat({ messages }, { keepIds })).map((message) =>
        message.role === 'tool'
          ? message.toolCallId
          : message.role === 'assistant'
            ? message.toolCalls!.map(({ id }) => id)
            : null,
      )
    expect(idsOf(true)).toEqual([null, ['call_x', 'call_y'], 'call_y', 'call_x', ['call_x']])
    expect(idsOf(false)).toEqual([
      null,
      ['functions.f:0', 'functions.f:1'],
      'functions.f:1',
      'functions.f:0',
      ['functions.f:2'],
    ])
  })

  it('with functions of old become tools', () => {
    const trajectory = fromOpenAiChat({
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      parallel_tool_calls: false,
      messages: [
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
        { role: 'function', name: 'f', content: 'one' },
        { role: 'assistant', content: 'So.', function_call: null },
      ],
    })
    expect(toOpenAiChat(trajectory)).toEqual({
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      messages: [
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'functions.f:0', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'functions.f:0', content: 'one' },
        { role: 'assistant', content: 'So.' },
      ],
    })
  })

  it('with tools declared by a message have them, and weights stay with their messages', () => {
    const [tool] = exampleTrajectory(0).tools
    const trajectory = fromOpenAiChat({
      id: 'mine',
      messages: [
        { role: 'system', tools: [tool] },
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'Hm.', weight: 0 },
      ],
    })
    expect(trajectory).toMatchObject({ id: 'mine', tools: [tool], task: { set: 'openai', id: 'mine' } })
    expect(trajectory.nodes.map(({ author, meta }) => [author, meta])).toEqual([
      ['user', undefined],
      ['assistant', { weight: 0 }],
    ])
  })

  it('branches are conversations of their own', () => {
    const trajectory = exampleTrajectory(0)
    expect(toOpenAiChat(trajectory, 0)).toEqual({
      messages: [{ role: 'user', content: 'Where is order ORD-0?' }],
      tools: trajectory.tools,
    })
    expect(() => toOpenAiChat(trajectory, 9)).toThrow('no node 9; there are 4')
  })

  const user = { role: 'user', content: 'hi' }
  const calling = {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'x', type: 'function', function: { name: 'f', arguments: '' } }],
  }
  it.each([
    ['[]', 'expected an object, got []'],
    [{}, 'messages: missing, expected an array'],
    [{ messages: [] }, 'messages: expected a list with a length of at least 1, got []'],
    [
      { messages: [{ role: 'robot', content: '' }] },
      'messages[0].role: expected "system", "developer", "user"',
    ],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content: missing, expected a string or a list of parts'],
    [{ messages: [user, { ...user, weight: 2 }] }, 'messages[1].weight: expected 0 or 1, got 2'],
    [
      { messages: [user, { role: 'tool', tool_call_id: 'x', content: '' }] },
      'messages[1].tool_call_id: "x" answers no',
    ],
    [{ messages: [calling, user] }, 'messages[0].tool_calls[0]: no result for the call "x"'],
    [{ messages: [user], tools: [{ type: 'function' }] }, 'tools[0].function: missing'],
    [
      { messages: [{ role: 'function', name: 'f', content: '' }] },
      'messages[0]: the result of "f" follows no call of it',
    ],
    [
      { messages: [{ ...calling, function_call: { name: 'f' } }] },
      'messages[0]: it has both function_call and tool_calls',
    ],
    [{ messages: [{ role: 'assistant', function_call: {} }] }, 'messages[0].function_call: name: missing'],
  ])('%j is refused', async (line, message) => {
    await using directory = await scratchDirectory()
    const path = directory.file('a.jsonl')
    const good = JSON.stringify({ messages: [user] })
    await writeFile(path, `${good}\n\n${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
    const chats = readOpenAiChats(path)
    expect((await chats.next()).value).toMatchObject({ nodes: [{ message: user }] })
    await expect(chats.next()).rejects.toThrow(`${path}:3: ${message}`)
  })
})
