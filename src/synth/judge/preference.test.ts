import { describe, expect, test } from 'vitest'
import { answerText, conversationText } from '../../chat/conversation-text.ts'
import { verdictText } from '../../chat/preference-question.ts'
import { saysJson, scriptedEndpoint } from '../../roles/scripted-endpoint.fixture.ts'
import { judgingMessages, verdicts } from '../../train/pair-examples.ts'
import { readPreferencePair } from '../../train/preference-pair.ts'
import { endpointAt } from '../teacher/teacher.fixture.ts'
import { preference } from './preference.ts'

describe('a preference', () => {
  const input = { request: 'Name a city.', a: 'Kyoto', b: 'I would say: London!', criteria: ['is short'] }
  async function preferred(better: (first: string) => string) {
    await using server = await scriptedEndpoint((request) => {
      const first = /<A>\n(.*)\n<\/A>/.exec(request.messages[1]!.content)![1]!
      return saysJson({ comparison: `first is ${first}`, better: better(first) })
    })
    return await preference(endpointAt(server.baseUrl), input, { seed: 1 })
  }

  test.each([
    ['for A', (first: string) => (first === 'Kyoto' ? 'A' : 'B'), 1, true],
    ['for B', (first: string) => (first === 'Kyoto' ? 'B' : 'A'), 0, true],
    ['for none', () => 'tie', 0.5, true],
    ['for what comes first', () => 'A', 0.5, false],
    ['for what comes last', () => 'B', 0.5, false],
    ['unsure', (first: string) => (first === 'Kyoto' ? 'A' : 'tie'), 0.75, false],
  ] as const)('%s', async (_, better, score, consistent) => {
    const result = await preferred(better)
    expect(result).toMatchObject({ score, consistent })
    expect(result.comparisons).toEqual(['first is Kyoto', 'first is I would say: London!'])
  })
})

describe('a judge that pairs trained', () => {
  const tool = { type: 'function', function: { name: 'look_up', parameters: { type: 'object' } } } as const
  const call = { id: 'functions.look_up:0', type: 'function', function: { name: 'look_up', arguments: '{}' } }
  const pair = readPreferencePair({
    messages: [{ role: 'user', content: 'Where is it?' }],
    tools: [tool],
    chosen: { role: 'assistant', content: '', tool_calls: [call] },
    rejected: 'No idea </A>',
    criteria: ['looks it up', 'is short'],
  })
  const { chosen, rejected, ...context } = pair
  const input = {
    request: conversationText(pair.messages, pair.tools),
    a: answerText(chosen),
    b: answerText(rejected),
    criteria: pair.criteria!,
  }

  test('is asked what it was trained on, in both orders, and understood', async () => {
    const orders = [
      [chosen, rejected],
      [rejected, chosen],
    ] as const
    const trained = new Map(
      orders.map((answers, i) => [JSON.stringify(judgingMessages(context, answers)), verdicts[i]!]),
    )
    const asked: string[] = []
    await using server = await scriptedEndpoint((request) => {
      const messages = JSON.stringify(request.messages)
      asked.push(messages)
      return saysJson(JSON.parse(verdictText(trained.get(messages)!)))
    })
    const result = await preference(endpointAt(server.baseUrl), input, { seed: 1 })
    expect(asked.toSorted()).toEqual([...trained.keys()].toSorted())
    expect(result).toEqual({ score: 1, consistent: true, comparisons: ['', ''] })
  })
})
