import { expect, test } from 'vitest'
import { answerSchema } from '../../chat/structured-question.ts'
import { createChatEndpoint } from '../../roles/create-chat-endpoint.ts'
import { schemaProblems } from '../../schema-error.ts'
import { startTestServer } from '../../serve/test-server.fixture.ts'
import { prompts } from './prompts.fixture.ts'

// The model draws any allowed token: nothing but the server's enforcer makes its answers what they are.
test.each(prompts)('our own server keeps a model that knows nothing to the form of $name', async (prompt) => {
  await using served = await startTestServer()
  const baseUrl = `${served.url}/v1`
  const model = { model: 'tsukimi-test', maxConcurrency: 2, timeoutMs: 20_000, retries: 0 }
  const endpoint = createChatEndpoint({ ...model, baseUrl })
  const schema = answerSchema(prompt as never)
  const messages = [{ role: 'user', content: 'Hello' }] as const
  for (const seed of [0, 1, 2]) {
    const { message, finish } = await endpoint.complete({ messages, schema, maxTokens: 900, seed })
    expect(finish).toBe('stop')
    expect(schemaProblems(prompt.schema, JSON.parse(message.content))).toEqual([])
  }
  expect(endpoint.usage()).toMatchObject({ answers: 3, unreported: 0, concessions: [] })
})
