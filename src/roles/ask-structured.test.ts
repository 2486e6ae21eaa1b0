import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { askStructured } from './ask-structured.ts'
import { createChatEndpoint } from './create-chat-endpoint.ts'
import { RejectedAnswer } from './rejected-answer.ts'
import {
  calls,
  completion,
  refuses,
  type Step,
  says,
  saysJson,
  scriptedEndpoint,
} from './scripted-endpoint.fixture.ts'
import { promptDigest, type VersionedPrompt } from './versioned-prompt.ts'

interface City {
  readonly name: string
  readonly people: number
}

const prompt: VersionedPrompt<string, City> = {
  name: 'city',
  version: 1,
  system: 'You know cities.',
  user: (country) => `Name one of ${country}.`,
  schema: z.strictObject({ name: z.string(), people: z.int() }),
  temperature: 0.5,
  maxTokens: 100,
  problems: ({ people }) => (people < 1 ? ['people: nobody lives there'] : []),
}

async function ask(script: readonly Step[]) {
  await using server = await scriptedEndpoint(script)
  const { baseUrl } = server
  const endpoint = createChatEndpoint({
    baseUrl,
    model: 'm',
    maxConcurrency: 1,
    timeoutMs: 20_000,
    retries: 0,
  })
  const result = await askStructured(endpoint, prompt, 'Japan', { seed: 5 }).catch((error: unknown) => error)
  return { result, requests: server.requests }
}

const kyoto = { name: 'Kyoto', people: 1_463_723 }

describe.concurrent('an answer', () => {
  test('of the right form is asked for by schema and in words', async () => {
    const { result, requests } = await ask([saysJson(kyoto)])
    expect(result).toEqual({
      value: kyoto,
      repairs: 0,
      usage: { promptTokens: 100, completionTokens: 10 },
    })
    const [request] = requests
    expect(request).toMatchObject({ temperature: 0.5, max_tokens: 100, seed: 5 })
    const { schema } = (request as unknown as { response_format: { json_schema: { schema: object } } })
      .response_format.json_schema
    expect(schema).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string' },
        people: { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
      },
      required: ['name', 'people'],
      additionalProperties: false,
    })
    expect(request!.messages).toEqual([
      {
        role: 'system',
        content: `You know cities.\n\nAnswer with one JSON value of this JSON Schema and nothing else:\n${JSON.stringify(schema)}`,
      },
      { role: 'user', content: 'Name one of Japan.' },
    ])
  })

  test('in a block of code with words around it is read', async () => {
    const text = `Of course:\n\`\`\`json\n${JSON.stringify(kyoto)}\n\`\`\`\nAnything else?`
    expect((await ask([says(text)])).result).toMatchObject({ value: kyoto, repairs: 0 })
  })

  test('of the wrong form goes back with what is wrong', async () => {
    const wrong = { name: 'Kyoto', people: 'many', mayor: 'x' }
    const { result, requests } = await ask([
      saysJson(wrong),
      saysJson({ ...kyoto, people: 0 }),
      saysJson(kyoto),
    ])
    expect(result).toEqual({
      value: kyoto,
      repairs: 2,
      usage: { promptTokens: 300, completionTokens: 30 },
    })
    expect(requests[1]!.messages.slice(2)).toEqual([
      { role: 'assistant', content: JSON.stringify(wrong) },
      {
        role: 'user',
        content:
          'Your answer cannot be used:\n- people: expected a number, got "many"\n- unknown key "mayor"; there are name, people\nAnswer again with the whole corrected JSON and nothing else.',
      },
    ])
    expect(requests[2]!.messages).toHaveLength(4)
    expect(requests[2]!.messages.at(-1)!.content).toContain('- people: nobody lives there')
  })

  test.each<readonly [string, Step, string, string]>([
    ['never of the right form', saysJson({ name: 'Kyoto' }), 'form', 'people: missing, expected a number'],
    ['without JSON', says('I would rather not.'), 'form', 'no JSON in it'],
    ['with half of its JSON', says('{"name": "Kyo'), 'form', 'no JSON in it'],
    ['with a call', calls({ name: 'search', arguments: {} }), 'form', 'calls tools'],
    ['cut off', says('{"name": "Kyo', 'length'), 'length', 'too long'],
  ])('%s is rejected after two repairs', async (_, step, reason, message) => {
    const { result, requests } = await ask([step, step, step])
    expect(requests).toHaveLength(3)
    expect(result).toBeInstanceOf(RejectedAnswer)
    expect(result).toMatchObject({ reason, prompt: 'city@1' })
    expect((result as Error).message).toContain(`city@1: rejected (${reason}): `)
    expect((result as Error).message).toContain(message)
  })

  test.each<readonly [string, Step]>([
    ['refused', completion({ refusal: 'I cannot help with that.' })],
    ['filtered', says('I cannot help', 'content_filter')],
  ])('that is %s is not asked for again', async (_, step) => {
    const { result, requests } = await ask([step])
    expect(requests).toHaveLength(1)
    expect(result).toMatchObject({ reason: 'refusal' })
    expect((result as Error).message).toContain('the model refused: I cannot help')
  })

  test('is asked for in words alone where the endpoint takes no schema', async () => {
    const script = [refuses(400, 'response_format is not supported'), saysJson(kyoto)]
    const { result, requests } = await ask(script)
    expect(result).toMatchObject({ value: kyoto, repairs: 0 })
    expect(requests[1]).not.toHaveProperty('response_format')
    expect(requests[1]!.messages[0]!.content).toContain('"additionalProperties":false')
  })

  test('that never comes is a failure of the endpoint', async () => {
    expect((await ask([refuses(401, 'no')])).result).toMatchObject({
      name: 'EndpointFailure',
      kind: 'refused',
    })
  })
})

test('the digest of a prompt tells its words, its form and its settings', () => {
  const others = [
    { ...prompt, version: 2 },
    { ...prompt, system: 'You know towns.' },
    { ...prompt, temperature: 0 },
    { ...prompt, schema: z.strictObject({ name: z.string(), people: z.number() }) },
  ]
  const digests = [prompt, ...others].map(promptDigest)
  expect(new Set(digests).size).toBe(5)
  expect(digests[0]).toMatch(/^city@1:[0-9a-f]{16}$/)
  expect(promptDigest({ ...prompt })).toBe(digests[0])
})
