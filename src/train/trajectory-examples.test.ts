import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byteTokenizer } from '../chat/chat.fixture.ts'
import { chatTokens } from '../chat/chat-tokens.ts'
import { trajectoryExamples } from './trajectory-examples.ts'

const options = {
  toolStyle: 'json',
  defaultSystem: null,
  sequenceLength: 100_000,
  tooLong: 'drop',
  failed: 'drop',
} as const

const node = (parent: number, message: object, meta?: object) => ({
  ...{ parent, author: 'x', message },
  ...(meta && { meta }),
})
const line = (nodes: readonly object[], more: object = {}) => ({
  ...{ version: 1, id: 't', task: { set: 's', id: '1', digest: 'd' }, seed: 0, models: {}, tools: [] },
  ...{ nodes, ...more },
})
const user = (content: string) => ({ role: 'user', content })
const said = (content: string) => ({ role: 'assistant', content })

/** What is learned of each conversation, a text for each turn, and the conversation as text. */
const read = (value: Record<string, unknown>, changed: object = {}) =>
  trajectoryExamples(byteTokenizer, value, { ...options, ...changed }).documents.map(({ tokens, mask }) => {
    const ids = Array.from(tokens)
    const learned = byteTokenizer.decode(ids.map((id, i) => (mask[i] === 1 ? id : 0x2f)))
    return {
      learned: [...learned.matchAll(/([^/]*)<\|im_end\|>/g)].map(([, text]) => text!),
      text: byteTokenizer.decode(ids),
    }
  })

test('each end of a trajectory is a conversation; a turn that several share is learned once', () => {
  const ids = { token_ids: { offset: 0, length: 4, crc32: 1 } }
  const found = read(
    line([
      node(-1, user('hi')),
      node(0, said('shared')),
      node(1, user('left?')),
      node(2, said('left')),
      node(1, user('right?')),
      node(4, { ...said('right'), ...ids }),
      // Nothing of this end is left to learn.
      node(1, user('and?')),
    ]),
  )
  expect(found.map(({ learned }) => learned)).toEqual([['shared', 'left'], ['right']])
  expect(found[1]!.text).toMatch(/hi.*shared.*right\?.*right<\|im_end\|>$/s)
  expect(found[1]!.text).not.toContain('left')
})

test('whatever the branches, every turn is learned exactly once, behind what came before it', () => {
  const turns = fc.array(fc.tuple(fc.nat(), fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 14 })
  fc.assert(
    fc.property(turns, (drawn) => {
      const nodes = drawn.map(([at, isAssistant, isWeighted], i) => {
        const parent = i === 0 ? -1 : (at % (i + 1)) - 1
        const message = isAssistant ? said(`n${i}.`) : user(`n${i}.`)
        return node(parent, message, isWeighted ? undefined : { weight: 0 })
      })
      const wanted = drawn.flatMap(([, isAssistant, isWeighted], i) =>
        isAssistant && isWeighted ? [`n${i}.`] : [],
      )
      if (wanted.length === 0) return
      const found = read(line(nodes))
      expect(found.flatMap(({ learned }) => learned).toSorted()).toEqual(wanted.toSorted())
      for (const { learned, text } of found) {
        const path: object[] = []
        const last = Number(/\d+/.exec(learned.at(-1)!)![0])
        for (let at = last; at >= 0; at = nodes[at]!.parent) path.unshift(nodes[at]!.message)
        const { ids } = chatTokens(byteTokenizer, path as never, { defaultSystem: null })
        expect(text).toBe(byteTokenizer.decode(ids))
      }
    }),
    { numRuns: 150 },
  )
})

test('a shared turn is learned in the first conversation that has room for it', () => {
  const nodes = [
    node(-1, user('hi')),
    node(0, said('shared')),
    node(1, said('long'.repeat(30))),
    node(1, said('short')),
  ]
  const { documents, tooLong } = trajectoryExamples(byteTokenizer, line(nodes), {
    ...options,
    sequenceLength: 60,
  })
  expect([documents.length, tooLong]).toEqual([1, 1])
  expect(read(line(nodes), { sequenceLength: 60 })[0]!.learned).toEqual(['shared', 'short'])
})

const nodes = [node(-1, user('hi')), node(0, said('yes'))]
const outcome = (reward: number | null, status: string) => ({
  outcome: { reward, parts: [], status, stop: 'user done' },
})

test.each([
  ['without an outcome', {}, 0],
  ['that is right', outcome(1, 'completed'), 0],
  ['that nobody judged', outcome(null, 'truncated'), 0],
  ['that is wrong', outcome(0, 'completed'), 1],
  ['that is partly right', outcome(0.5, 'truncated'), 1],
  ['that broke off', outcome(null, 'failed'), 1],
  ['that was stopped', outcome(null, 'aborted'), 1],
] as const)('a trajectory %s', (_, more, failed) => {
  const found = trajectoryExamples(byteTokenizer, line(nodes, more), options)
  expect([found.documents.length, found.failed ?? 0]).toEqual([1 - failed, failed])
  expect(read(line(nodes, more), { failed: 'learn' })[0]!.learned).toEqual(['yes'])
})

const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }
test.each([
  [[node(-1, user('hi'))], 'no turn of the role assistant'],
  [[node(-1, said('a'), { weight: 0 })], "every assistant's turn has weight 0"],
  [[node(3, said('a'))], 'nodes[0].parent: expected an earlier node'],
  [
    [
      node(-1, { role: 'assistant', content: null, tool_calls: [call] }),
      node(0, user('well?')),
      node(1, said('a')),
    ],
    'to nodes[2]: messages[0].tool_calls[0]: no result for the call "a"',
  ],
])('%j is refused', (given, message) => {
  expect(() => trajectoryExamples(byteTokenizer, line(given), options)).toThrow(message)
})
