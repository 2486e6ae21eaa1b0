import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { AgentEvent } from './agent-event.ts'
import { agentEvents } from './agent-events.ts'
import { double, messagesOf, question, ran, results } from './run-agent.fixture.ts'
import { callsStep, deltasStep, scriptedEndpoint, textStep } from './scripted-endpoint.fixture.ts'
import { defineTool } from './tool.ts'

describe('limits', () => {
  const again = callsStep([{ name: 'double', arguments: '{"n":1}' }])

  test('turns', async () => {
    const { reason, messages } = await ran([again, again, again], { limits: { turns: 2 } })
    expect(reason).toBe('turns')
    expect(messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant', 'tool'])
  })

  test('calls: those beyond are not run', async () => {
    const three = callsStep([1, 2, 3].map((n) => ({ id: `c${n}`, name: 'double', arguments: `{"n":${n}}` })))
    const { reason, messages } = await ran([three], { limits: { calls: 2 } })
    expect(reason).toBe('calls')
    expect(results(messages)).toEqual(['2', '4', 'error: not run: the limit of 2 calls is reached'])
  })

  test('time of one call: a tool that heeds its signal and one that does not', async () => {
    let heeded = false
    const polite = defineTool({
      name: 'polite',
      run: (_, { signal }) =>
        sleep(60_000, 'never', { signal }).catch((error) => {
          heeded = true
          throw error
        }),
    })
    const deaf = defineTool({ name: 'deaf', run: () => new Promise(() => {}) })
    const both = callsStep([
      { id: 'a', name: 'polite', arguments: '{}' },
      { id: 'b', name: 'deaf', arguments: '{}' },
    ])
    const { reason, messages } = await ran([both, textStep(['I see.'])], {
      tools: [polite, deaf],
      limits: { toolSeconds: 0.02 },
    })
    expect(reason).toBe('stop')
    expect(heeded).toBe(true)
    const late = 'error: the tool was stopped after 0.02 s without a result'
    expect(results(messages)).toEqual([late, late])
  })

  test('time of everything, while the model writes', async () => {
    const { reason, messages } = await ran([deltasStep([{ content: 'Once' }], null, 'stay')], {
      limits: { seconds: 2 },
    })
    expect(reason).toBe('time')
    expect(messages).toEqual([{ role: 'assistant', content: 'Once' }])
  })
})

test('time of everything, while a busy endpoint has us wait', async () => {
  const busy = { status: 429, body: {}, headers: { 'retry-after': '50' } }
  const { reason, messages } = await ran([busy], { limits: { seconds: 0.1 } })
  expect([reason, messages]).toEqual(['time', []])
})

describe('stopping', () => {
  test('while the model writes: what it wrote is kept, and the endpoint is left', async () => {
    await using endpoint = await scriptedEndpoint([deltasStep([{ content: 'Once' }], null, 'stay')])
    const stop = new AbortController()
    const events: AgentEvent[] = []
    const { client } = endpoint
    const { signal } = stop
    for await (const event of agentEvents({ client, model: 'scripted', messages: [question], signal })) {
      events.push(event)
      if (event.type === 'text') stop.abort()
    }
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'aborted' })
    expect(messagesOf(events)).toEqual([{ role: 'assistant', content: 'Once' }])
    await endpoint.left
    expect(endpoint.open()).toBe(0)
  })

  test('while tools run: every call has a result', async () => {
    const stop = new AbortController()
    const wait = defineTool({
      name: 'wait',
      run: (_, { signal }) => {
        stop.abort()
        return sleep(60_000, 'never', { signal })
      },
    })
    const { reason, messages } = await ran(
      [
        callsStep([
          { id: 'a', name: 'wait', arguments: '{}' },
          { id: 'b', name: 'double', arguments: '{"n":2}' },
        ]),
      ],
      { tools: [wait, double], signal: stop.signal },
    )
    expect(reason).toBe('aborted')
    expect(results(messages)[0]).toBe('error: the call was interrupted; it has no result')
    expect(results(messages)).toHaveLength(2)
  })

  test('before it began: nothing is asked', async () => {
    const { reason, messages, endpoint } = await ran([textStep(['x'])], { signal: AbortSignal.abort() })
    expect([reason, messages, endpoint.requests]).toEqual(['aborted', [], []])
  })

  test('by reading no further: the tools and the endpoint are left', async () => {
    let aborted = false
    const wait = defineTool({
      name: 'wait',
      run: (_, { signal }) => {
        signal.addEventListener('abort', () => (aborted = true))
        return new Promise(() => {})
      },
    })
    const both = callsStep([
      { id: 'a', name: 'double', arguments: '{"n":1}' },
      { id: 'b', name: 'wait', arguments: '{}' },
    ])
    await using endpoint = await scriptedEndpoint([both])
    const { client } = endpoint
    for await (const event of agentEvents({
      client,
      model: 'scripted',
      messages: [question],
      tools: [double, wait],
    }))
      if (event.type === 'result') break
    expect(aborted).toBe(true)
    expect(endpoint.open()).toBe(0)
  })
})
