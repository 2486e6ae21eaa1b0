import { describe, expect, test } from 'vitest'
import { chatTokens } from '../chat/chat-tokens.ts'
import { endIds } from '../chat/end-ids.ts'
import { tokenizer } from '../chat/random-model.fixture.ts'
import { byteTokenizer, tinyConfig } from '../cli/tiny-checkpoint.fixture.ts'
import { createOnnxEngine } from '../engine/onnx/engine.ts'
import { createScheduler } from '../generate/create-scheduler.ts'
import { initialWeights } from '../nn/initial-weights.ts'
import { parameterSpecs } from '../nn/parameters.ts'
import { createScriptedScheduler } from '../serve/scripted-scheduler.fixture.ts'
import { starterTask } from '../synth/starter/starter-task.ts'
import { createTokenLosses } from '../train/token-losses.ts'
import { trajectoryTokens } from '../trajectory/trajectory-tokens.ts'
import { oraclePolicy } from '../world/oracle.ts'
import type { AssistantPolicy, AssistantView } from '../world/policies.ts'
import { runEpisode } from '../world/run-episode.ts'
import { scriptedUser } from '../world/scripted-user.ts'
import { worldEnvironment } from '../world/world-environment.ts'
import { modelPolicy } from './model-policy.ts'

const end = tokenizer.specials.get('<|im_end|>')!
const template = { toolStyle: 'typescript' } as const

const view = (text: string): AssistantView => ({
  messages: [{ role: 'user', content: text }],
  tools: [],
  seed: 0,
  signal: new AbortController().signal,
})

/** The tokens of what an assistant says, as the template writes them, with the end mark. */
function bodyOf(message: Parameters<typeof chatTokens>[1][number]): number[] {
  const { ids, turns } = chatTokens(tokenizer, [message], { defaultSystem: null })
  return ids.slice(turns.at(-1)!.bodyStart, turns.at(-1)!.end)
}

/** What the oracle says, as a model that chooses its tokens one by one. */
function modelOf(oracle: AssistantPolicy): { policy: AssistantPolicy; prompts: (readonly number[])[] } {
  const prompts: (readonly number[])[] = []
  let next: number[] = []
  const scheduler = createScriptedScheduler({
    vocabSize: tokenizer.vocabSize,
    ids: (request) => {
      prompts.push(request.prompt)
      return next
    },
  })
  const identity = { name: 'weights', template: 'style' }
  const model = modelPolicy({ scheduler, tokenizer, identity, template, enforce: true, maxTokens: 400 })
  return {
    prompts,
    policy: {
      ...model,
      turn: async (seen) => {
        next = bodyOf((await oracle.turn(seen)).message)
        return model.turn(seen)
      },
    },
  }
}

describe('an episode of a model', () => {
  test.each(['single_call', 'parallel_calls', 'dependent_calls', 'error_recovery', 'clarification'] as const)(
    'of %s: what it samples is parsed, executed and given back as the same tokens',
    async (family) => {
      const task = starterTask({ seed: 4, index: 2, split: 'train', family })
      const { policy, prompts } = modelOf(oraclePolicy(task))
      const trajectory = await runEpisode({
        task,
        set: 'test',
        environment: worldEnvironment(task),
        assistant: policy,
        user: scriptedUser(task),
        seed: 0,
      })
      expect(trajectory.outcome).toMatchObject({ reward: 1 })
      expect(trajectory.models.assistant).toEqual({
        name: 'weights',
        template: 'style',
        sampling: { temperature: 0, maxTokens: 400 },
      })
      const turns = trajectory.nodes.filter(({ message }) => message.role === 'assistant')
      expect(turns.length).toBe(prompts.length)
      for (const [i, { tokens, message }] of turns.entries()) {
        const ids = Array.from(tokens!.ids)
        expect(ids).toEqual([...(message.role === 'assistant' ? message.tokenIds! : []), end])
        expect(tokens!.sampled.every((flag) => flag === 1)).toBe(true)
        // Each prompt goes on from the one before and what was sampled then, token by token.
        const later = prompts[i + 1]
        if (later !== undefined)
          expect(later.slice(0, prompts[i]!.length + ids.length)).toEqual([...prompts[i]!, ...ids])
      }
    },
  )
})

describe('a turn', () => {
  const scripted = (ids: readonly number[], maxTokens?: number) =>
    createScriptedScheduler({
      vocabSize: tokenizer.vocabSize,
      ids: () => ids,
      ...(maxTokens !== undefined && { maxTokens }),
    })
  const policyOf = (scheduler: ReturnType<typeof scripted>, maxTokens = 50) =>
    modelPolicy({ scheduler, tokenizer, enforce: false, maxTokens })

  test('that does not end is cut', async () => {
    const ids = Array.from(tokenizer.encodeToArray('word after word after word'))
    const { finish } = await policyOf(scripted(ids), 3).turn(view('Go on.'))
    expect(finish).toBe('length')
  })

  test('that breaks off within a call has no call', async () => {
    const { specials } = tokenizer
    const ids = [specials.get('<|tool_calls_section_begin|>')!, specials.get('<|tool_call_begin|>')!, end]
    const { finish, message } = await policyOf(scripted(ids)).turn(view('Call.'))
    expect(finish).toBe('length')
    expect(message.toolCalls).toBeUndefined()
  })

  test('without room for a token is cut and asks for none', async () => {
    const scheduler = scripted([end], 10)
    const { finish } = await policyOf(scheduler).turn(view('A question that is far too long for ten tokens.'))
    expect(finish).toBe('length')
    expect(scheduler.requests).toEqual([])
  })
})

test('every token of a finished turn has the log-prob that a forward pass gives it, the end mark too', async () => {
  const config = { ...tinyConfig, maxPositionEmbeddings: 256 }
  const weights = initialWeights(config, 1)
  using engine = createOnnxEngine({ threads: 1 })
  const scheduler = createScheduler(engine, config, weights, { vocabSize: byteTokenizer.vocabSize })
  const policy = modelPolicy({
    scheduler,
    tokenizer: byteTokenizer,
    template: { defaultSystem: null },
    enforce: false,
    temperature: 1,
    maxTokens: 200,
  })
  const marked = byteTokenizer.specials.get('<|im_end|>')!
  const finished = async () => {
    for (let seed = 0; seed < 100; seed++) {
      const turn = await policy.turn({ ...view('Hi'), seed })
      if (turn.tokens?.ids.at(-1) === marked) return turn
    }
    throw new Error('no turn ended')
  }
  const { message, tokens } = await finished()
  await scheduler.close()
  expect(message.tokenIds).toEqual(Array.from(tokens!.ids.subarray(0, -1)))
  expect(message.tokenIds!.some((id) => endIds(byteTokenizer).includes(id))).toBe(false)
  const node = { author: 'model', parent: -1 } as const
  const { ids, sampled, logProbs } = trajectoryTokens(
    byteTokenizer,
    {
      version: 1,
      id: 'a',
      task: { set: 'a', id: 'a', digest: 'a' },
      seed: 0,
      models: {},
      tools: [],
      nodes: [
        { ...node, message: { role: 'user', content: 'Hi' } },
        { ...node, parent: 0, message, tokens: tokens! },
      ],
    },
    1,
    { defaultSystem: null },
  )
  expect([ids.at(-1), sampled.at(-1)]).toEqual([marked, 1])
  const T = ids.length - 1
  using losses = await createTokenLosses(engine, config, { sequences: 1, sequenceLength: T })
  const params = parameterSpecs(config).map(({ name, shape }) =>
    engine.upload({ dtype: 'f32', shape }, weights.get(name)),
  )
  const nll = await losses.score(params, {
    inputIds: ids.slice(0, T),
    targetIds: ids.slice(1),
    documentIds: new Int32Array(T),
  })
  for (const buffer of params) buffer[Symbol.dispose]()
  for (let at = 1; at <= T; at++) if (sampled[at] === 1) expect(logProbs[at]).toBeCloseTo(-nll[at - 1]!, 4)
  expect(sampled.reduce((sum, flag) => sum + flag, 0)).toBe(tokens!.ids.length)
})
