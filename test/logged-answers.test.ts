import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endIds } from '../src/chat/end-ids.ts'
import type { AssistantMessage } from '../src/chat/messages.ts'
import { defaultSystemText, type TemplateOptions } from '../src/chat/template.ts'
import type { DrawnToken, GenerationRequest, Scheduler } from '../src/generate/scheduler.ts'
import { trajectoryExamples } from '../src/train/trajectory-examples.ts'
import { readTrajectories } from '../src/trajectory/read-trajectories.ts'
import type { Trajectory } from '../src/trajectory/trajectory.ts'
import { openTrajectoryLog, type TrajectoryLog } from '../src/trajectory/trajectory-log.ts'
import { trajectoryTokens } from '../src/trajectory/trajectory-tokens.ts'
import { type RealServer, realServer, servedConfig, servedTokenizer } from './real-server.fixture.ts'

const endMark = servedTokenizer.specials.get('<|im_end|>')!

/** What a model was asked, and all that was read of its answer. */
interface Seen {
  readonly request: GenerationRequest
  readonly tokens: DrawnToken[]
  stopToken: DrawnToken | undefined
}

/** Listens to what goes in and out of a scheduler. */
function overheard(scheduler: Scheduler): Seen[] {
  const all: Seen[] = []
  const submit = scheduler.submit.bind(scheduler)
  scheduler.submit = (request) => {
    const generation = submit(request)
    const seen: Seen = { request, tokens: [], stopToken: undefined }
    all.push(seen)
    return Object.create(generation, {
      cachedTokens: { get: () => generation.cachedTokens },
      finishReason: { get: () => generation.finishReason },
      stopToken: { get: () => generation.stopToken },
      [Symbol.asyncIterator]: {
        async *value() {
          for await (const token of generation) {
            seen.tokens.push(token)
            yield token
          }
          seen.stopToken = generation.stopToken
        },
      },
    })
  }
  return all
}

const tool = (name: string) => ({
  type: 'function' as const,
  function: {
    name,
    description: 'Switches a light.',
    parameters: { type: 'object', properties: { level: { type: 'integer', minimum: 0, maximum: 9 } } },
  },
})

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('Hello', '<|im_end|> or not', '## Return of nothing', '\ud800 alone'),
)

const called = (id: string) => ({ id, type: 'function', function: { name: 'set_light', arguments: '{}' } })

/** Turns of a history: calls with odd ids, results that are missing, too many, or out of order. */
const turn = fc.oneof(
  text.map((content) => [{ role: 'user', content }]),
  text.map((content) => [{ role: 'assistant', content }]),
  text.map((content) => [{ role: 'user', content, name: 'Ann' }]),
  fc
    .tuple(text, fc.subarray(['b', 'a', 'stray']))
    .map(([content, results]) => [
      { role: 'assistant', content, tool_calls: [called('a'), called('b')] },
      ...results.map((id) => ({ role: 'tool', tool_call_id: id, content })),
    ]),
)

const openAiRequest = fc.record({
  system: fc.option(text, { nil: undefined }),
  turns: fc.array(turn, { maxLength: 4 }),
  question: text,
  begun: fc.option(text, { nil: undefined }),
  tools: fc.constantFrom(0, 0, 1, 2),
  choice: fc.constantFrom('auto', 'required'),
  temperature: fc.constantFrom(0, 0.6, 1.5),
  seed: fc.integer(),
  n: fc.constantFrom(1, 1, 2),
  stream: fc.boolean(),
  maxTokens: fc.integer({ min: 1, max: 24 }),
  stop: fc.constantFrom(undefined, ['e'], ['zz', 'a']),
})

type Asked = typeof openAiRequest extends fc.Arbitrary<infer T> ? T : never

const openAiBody = (asked: Asked) => ({
  model: 'tiny',
  messages: [
    ...(asked.system === undefined ? [] : [{ role: 'system', content: asked.system }]),
    ...asked.turns.flat(),
    { role: 'user', content: asked.question },
    ...(asked.begun === undefined ? [] : [{ role: 'assistant', content: asked.begun, partial: true }]),
  ],
  ...(asked.tools > 0 && {
    tools: [tool('set_light'), tool('dim.light')].slice(0, asked.tools),
    tool_choice: asked.choice,
  }),
  temperature: asked.temperature,
  seed: asked.seed,
  n: asked.temperature === 0 ? 1 : asked.n,
  stream: asked.stream,
  max_tokens: asked.maxTokens,
  ...(asked.stop && { stop: asked.stop }),
})

const anthropicBody = ({ question, turns, tools, maxTokens, stream, system, stop }: Asked) => ({
  model: 'tiny',
  ...(system === undefined ? {} : { system }),
  messages: [
    ...turns.map(([first]) => ({ role: first!.role, content: first!.content })),
    { role: 'user', content: question },
  ],
  ...(tools > 0 && { tools: [{ name: 'set_light', input_schema: tool('').function.parameters }] }),
  ...(stop && { stop_sequences: stop }),
  max_tokens: maxTokens,
  stream,
})

const templates: readonly Pick<TemplateOptions, 'toolStyle' | 'defaultSystem'>[] = [
  {},
  { toolStyle: 'typescript', defaultSystem: null },
]

describe.each(templates)('a server with the template %o', (template) => {
  let directory = ''
  let log: TrajectoryLog
  let server: RealServer
  let seen: Seen[]
  let path = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tsukimi-logged-'))
    path = join(directory, 'served.jsonl')
    log = await openTrajectoryLog(path)
    const recording = { log, warn: (line: string) => expect.unreachable(line) }
    server = await realServer({ ...servedConfig, maxPositionEmbeddings: 1024 }, {}, undefined, {
      recording,
      template,
    })
    seen = overheard(server.scheduler)
  })
  afterAll(async () => {
    await log[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  })

  const post = async (route: string, body: object, signal?: AbortSignal): Promise<Response> => {
    const response = await fetch(`${server.url}${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    })
    if (!response.ok) throw new Error(await response.text())
    return response
  }

  test('logs the very tokens that the model saw and wrote, whatever was asked', async () => {
    await fc.assert(
      fc.asyncProperty(openAiRequest, fc.boolean(), async (asked, isAnthropic) => {
        const response = isAnthropic
          ? await post('/v1/messages', anthropicBody(asked))
          : await post('/v1/chat/completions', openAiBody(asked))
        await response.text()
      }),
      { numRuns: 10, seed: 7 },
    )
    // One that is left in the middle.
    const leaving = new AbortController()
    const neverEnds = Object.fromEntries([...endIds(servedTokenizer)].map((id) => [id, -100]))
    const stream = await post(
      '/v1/chat/completions',
      {
        model: 'tiny',
        messages: [{ role: 'user', content: 'Go on.' }],
        stream: true,
        max_tokens: 900,
        logit_bias: neverEnds,
      },
      leaving.signal,
    )
    await stream.body!.getReader().read()
    leaving.abort()
    await expect.poll(() => server.scheduler.stats().running).toBe(0)
    await sleep(20)
    await server[Symbol.asyncDispose]()

    const logged = await Array.fromAsync(readTrajectories(path))
    const written = ({ request, tokens, stopToken }: Seen) => ({
      prompt: [...request.prompt],
      sampled: [...tokens, ...(stopToken ? [stopToken] : [])],
      request,
    })
    const answered = seen.map(written).filter(({ sampled }) => sampled.length > 0)
    const bySeed = (a: { readonly seed?: number }, b: { readonly seed?: number }) => a.seed! - b.seed!
    expect(logged.length).toBe(answered.length)
    answered.sort((a, b) => bySeed(a.request, b.request))
    logged.sort(bySeed)
    for (const [i, trajectory] of logged.entries()) {
      const { prompt, sampled, request } = answered[i]!
      const told = trajectoryTokens(servedTokenizer, trajectory, undefined, template)
      const ids = [...prompt, ...sampled.map(({ id }) => id)]
      // Behind a turn that was cut the template puts the mark that ends it, unless it is one to go on with.
      const isOpen = ids.at(-1) !== endMark && !isPartial(trajectory)
      expect([...told.ids]).toEqual(isOpen ? [...ids, endMark] : ids)
      expect([...told.sampled]).toEqual([
        ...prompt.map(() => 0),
        ...sampled.map(() => 1),
        ...(isOpen ? [0] : []),
      ])
      const from = prompt.length
      const to = ids.length
      expect([...told.logProbs.subarray(from, to)]).toEqual(
        sampled.map(({ logProb }) => Math.fround(logProb)),
      )
      expect([...told.weightVersions.subarray(from, to)]).toEqual(sampled.map(() => 0))
      expect(trajectory.models.assistant!.sampling).toMatchObject({
        temperature: request.temperature,
        top_p: request.topP,
      })
      expect(trajectory.seed).toBe(request.seed)
    }
    expect(counts(logged)).toMatchObject({ aborted: 1 })
    expect(await learnable(path, template)).toBe(
      logged.filter((one) => !isPartial(one) || answerOf(one).content !== '').length,
    )
    expect(Object.keys(counts(logged)).sort()).toEqual(['aborted', 'completed', 'truncated'])
  }, 120_000)
})

const answerOf = ({ nodes }: Trajectory) => nodes.at(-1)!.message as AssistantMessage
const isPartial = (trajectory: Trajectory): boolean => answerOf(trajectory).partial === true

/** How many lines fine-tuning learns from: of each the answer alone. */
async function learnable(path: string, template: (typeof templates)[number]): Promise<number> {
  let count = 0
  for (const line of (await readFile(path, 'utf8')).trimEnd().split('\n')) {
    const style = { toolStyle: 'json', defaultSystem: defaultSystemText, ...template } as const
    try {
      const { documents } = trajectoryExamples(servedTokenizer, JSON.parse(line), {
        sequenceLength: 4096,
        tooLong: 'drop',
        failed: 'learn',
        ...style,
      })
      const mask = Array.from(documents[0]!.mask)
      expect(mask.lastIndexOf(0)).toBe(mask.indexOf(1) - 1)
      count++
    } catch (error) {
      expect((error as Error).message).toContain('nothing to learn from')
    }
  }
  return count
}

function counts(trajectories: readonly Trajectory[]): Record<string, number> {
  const byStatus: Record<string, number> = {}
  for (const { outcome } of trajectories) byStatus[outcome!.status] = (byStatus[outcome!.status] ?? 0) + 1
  return byStatus
}
