import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyTools, byteTokenizer, mergingTokenizer, validHistory } from '../chat/chat.fixture.ts'
import { chatTokens } from '../chat/chat-tokens.ts'
import { fromOpenAiChat } from './openai-chat.ts'
import { exampleTrajectory } from './trajectory.fixture.ts'
import { conversation, type NodeTokens, type Trajectory } from './trajectory.ts'
import { trajectoryTokens } from './trajectory-tokens.ts'

const tokenizer = mergingTokenizer
const end = tokenizer.specials.get('<|im_end|>')!
const opening = tokenizer.specials.get('<|im_assistant|>')!
const middle = tokenizer.specials.get('<|im_middle|>')!

const anyChat: fc.Arbitrary<Trajectory> = fc.tuple(validHistory, anyTools).map(([messages, tools]) => ({
  ...exampleTrajectory(0),
  tools,
  nodes: messages.map((message, i) => ({ parent: i - 1, author: message.role, message })),
}))

const sampledTokens = (ids: readonly number[], version = 7): NodeTokens => ({
  ids: Int32Array.from(ids),
  sampled: new Uint8Array(ids.length).fill(1),
  logProbs: Float32Array.from(ids, (_, i) => -(i + 1) / 8),
  weightVersions: new Int32Array(ids.length).fill(version),
})

/** A trajectory whose assistants' turns have the tokens that `tokensOf` gives for the ids of their bodies. */
function recorded(trajectory: Trajectory, tokensOf: (body: readonly number[]) => NodeTokens): Trajectory {
  const messages = conversation(trajectory)
  const { ids, turns } = chatTokens(tokenizer, messages, { tools: trajectory.tools })
  const own = turns.slice(-messages.length)
  const nodes = trajectory.nodes.map((node, i) =>
    node.message.role === 'assistant'
      ? { ...node, tokens: tokensOf(ids.slice(own[i]!.bodyStart, own[i]!.end)) }
      : node,
  )
  return { ...trajectory, nodes }
}

const options = fc.record({
  addGenerationPrompt: fc.boolean(),
  defaultSystem: fc.constantFrom('S', null),
  toolStyle: fc.constantFrom('json' as const, 'typescript' as const),
})

describe('the tokens of a trajectory', () => {
  it('are those of its chat, and the mask is the body of each assistant turn with its end', () => {
    fc.assert(
      fc.property(anyChat, options, (trajectory, template) => {
        const chat = chatTokens(tokenizer, conversation(trajectory), { tools: trajectory.tools, ...template })
        const tokens = trajectoryTokens(tokenizer, trajectory, undefined, template)
        expect(Array.from(tokens.ids)).toEqual(chat.ids)
        expect(tokens.turns).toEqual(chat.turns)
        const learned = new Set<number>()
        for (const [i, turn] of chat.turns.entries()) {
          const isOpenedForAnswer = template.addGenerationPrompt && i === chat.turns.length - 1
          if (turn.role !== 'assistant' || isOpenedForAnswer) continue
          for (let at = turn.bodyStart; at < turn.end; at++) learned.add(at)
          expect(chat.ids[turn.end - 1]).toBe(end)
          expect(chat.ids[turn.bodyStart - 1]).toBe(middle)
        }
        expect(Array.from(tokens.sampled)).toEqual(chat.ids.map((_, i) => Number(learned.has(i))))
        expect(tokens.logProbs.every((x, i) => (learned.has(i) ? Number.isNaN(x) : x === 0))).toBe(true)
        expect(tokens.weightVersions.every((version) => version === -1)).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  it('are the same where what was sampled is how its text is encoded', () => {
    fc.assert(
      fc.property(anyChat, (trajectory) => {
        const plain = trajectoryTokens(tokenizer, trajectory)
        const tokens = trajectoryTokens(tokenizer, recorded(trajectory, sampledTokens))
        expect(tokens.ids).toEqual(plain.ids)
        expect(tokens.sampled).toEqual(plain.sampled)
        expect(Array.from(tokens.weightVersions)).toEqual(
          Array.from(plain.sampled, (flag) => (flag ? 7 : -1)),
        )
        for (const { role, bodyStart, end } of tokens.turns)
          if (role === 'assistant')
            expect(Array.from(tokens.logProbs.subarray(bodyStart, end))).toEqual(
              Array.from({ length: end - bodyStart }, (_, i) => -(i + 1) / 8),
            )
      }),
      { numRuns: 100 },
    )
  })

  it('are those that were sampled where its text is encoded otherwise', () => {
    fc.assert(
      fc.property(anyChat, (trajectory) => {
        // Letter by letter: what no encoder gives for a text that has merges.
        const asSampled = (body: readonly number[]) => [
          ...byteTokenizer.encode(tokenizer.decode(body.slice(0, -1), { skipSpecial: true })),
          end,
        ]
        const with_ = recorded(trajectory, (body) => sampledTokens(asSampled(body)))
        const { ids, turns, sampled } = trajectoryTokens(tokenizer, with_)
        const first = turns.length - with_.nodes.length
        for (const [i, { message, tokens }] of with_.nodes.entries()) {
          const { bodyStart, end } = turns[first + i]!
          if (message.role === 'assistant') expect(ids.slice(bodyStart, end)).toEqual(tokens!.ids)
          expect(
            sampled.slice(bodyStart, end).every((flag) => flag === Number(message.role === 'assistant')),
          ).toBe(true)
        }
        // Other turns are as in the chat.
        const plain = chatTokens(tokenizer, conversation(trajectory), { tools: trajectory.tools })
        for (const [i, turn] of plain.turns.entries())
          if (turn.role !== 'assistant')
            expect(Array.from(ids.slice(turns[i]!.start, turns[i]!.end))).toEqual(
              plain.ids.slice(turn.start, turn.end),
            )
      }),
      { numRuns: 100 },
    )
  })
})

describe('a turn with recorded tokens', () => {
  const turnOf = (tokens: NodeTokens, message = {}) => {
    const trajectory: Trajectory = {
      ...exampleTrajectory(0),
      tools: [],
      nodes: [
        {
          parent: -1,
          author: 'assistant',
          message: { role: 'assistant', content: 'text', ...message },
          tokens,
        },
      ],
    }
    const { ids, sampled, turns, logProbs } = trajectoryTokens(tokenizer, trajectory, 0, {
      defaultSystem: null,
    })
    const { bodyStart } = turns[0]!
    return {
      ids: Array.from(ids),
      body: Array.from(ids.slice(bodyStart)),
      sampled: Array.from(sampled.slice(bodyStart)),
      logProbs,
      bodyStart,
    }
  }

  it('that was cut gets an end mark that is not learned', () => {
    expect(turnOf(sampledTokens([5, 6]))).toMatchObject({ body: [5, 6, end], sampled: [1, 1, 0] })
    expect(turnOf(sampledTokens([5, end]))).toMatchObject({ body: [5, end], sampled: [1, 1] })
    expect(turnOf(sampledTokens([]))).toMatchObject({ body: [end], sampled: [0] })
    expect(turnOf(sampledTokens([5, 6]), { partial: true })).toMatchObject({ body: [5, 6], sampled: [1, 1] })
  })

  it('with a forced prefix learns what comes behind it', () => {
    const { logProbs: _, ...tokens } = { ...sampledTokens([5, 6, end]), sampled: Uint8Array.of(0, 1, 1) }
    const { sampled, logProbs, bodyStart } = turnOf(tokens)
    expect(sampled).toEqual([0, 1, 1])
    expect(Array.from(logProbs.subarray(bodyStart))).toEqual([0, Number.NaN, Number.NaN])
  })

  it('that is recorded from its opening mark on is taken whole', () => {
    const whole = [opening, 65, middle, 5, end]
    const given = turnOf({ ...sampledTokens(whole), sampled: Uint8Array.of(0, 0, 0, 1, 1) })
    expect(given).toMatchObject({ ids: whole, bodyStart: 3, sampled: [1, 1] })
    // A model that begins its body with such a mark has sampled it.
    expect(turnOf(sampledTokens([opening, 5]))).toMatchObject({ body: [opening, 5, end], sampled: [1, 1, 0] })
  })

  it('learns from ids of its message alone', () => {
    const trajectory: Trajectory = {
      ...exampleTrajectory(0),
      tools: [],
      nodes: [{ parent: -1, author: 'a', message: { role: 'assistant', content: 'text', tokenIds: [5, 6] } }],
    }
    const { ids, sampled } = trajectoryTokens(tokenizer, trajectory, 0, { defaultSystem: null })
    expect(Array.from(ids).slice(-3)).toEqual([5, 6, end])
    expect(Array.from(sampled).slice(-4)).toEqual([0, 1, 1, 1])
  })

  it('of weight 0 is read and not learned', () => {
    const chat = {
      messages: [
        { role: 'assistant', content: 'a', weight: 0 },
        { role: 'assistant', content: 'b' },
      ],
    }
    const { sampled, turns } = trajectoryTokens(tokenizer, fromOpenAiChat(chat), undefined, {
      defaultSystem: null,
    })
    expect(turns.map(({ bodyStart, end }) => Array.from(sampled.slice(bodyStart, end)))).toEqual([
      [0, 0],
      [1, 1],
    ])
  })
})
