import { describe, expect, test } from 'vitest'
import { chatTokens } from '../chat/chat-tokens.ts'
import { tokenizer } from '../chat/random-model.fixture.ts'
import { createScriptedScheduler } from '../serve/scripted-scheduler.fixture.ts'
import { starterTask } from '../synth/starter/starter-task.ts'
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
  const model = modelPolicy({ scheduler, tokenizer, template, enforce: true, maxTokens: 400 })
  return {
    prompts,
    policy: {
      name: 'model',
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
      const turns = trajectory.nodes.filter(({ message }) => message.role === 'assistant')
      expect(turns.length).toBe(prompts.length)
      for (const [i, { tokens, message }] of turns.entries()) {
        const ids = Array.from(tokens!.ids)
        expect(ids).toEqual(message.role === 'assistant' && message.tokenIds)
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
