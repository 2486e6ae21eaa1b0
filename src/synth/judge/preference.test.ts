import { describe, expect, test } from 'vitest'
import { saysJson, scriptedEndpoint } from '../../roles/scripted-endpoint.fixture.ts'
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
