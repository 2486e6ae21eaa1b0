import { describe, expect, test } from 'vitest'
import type { ChatMessage } from '../chat/messages.ts'
import { scriptedUser } from './scripted-user.ts'
import type { UserMove } from './task.ts'

const moves = {
  first: { when: 'first', text: 'first' },
  asked: { when: 'asked', text: 'asked' },
  asked2: { when: 'asked', text: 'asked 2' },
  next: { when: 'answered', text: 'then' },
} satisfies Record<string, UserMove>
const { first, asked, asked2, next } = moves
const nothing = 'I have told you all I know. Please do what you can.'

/** What the user says to each of an assistant's turns, after its opening; null where it is done. */
async function said(script: readonly UserMove[], ...turns: readonly string[]): Promise<(string | null)[]> {
  const user = scriptedUser({ user: { persona: '', goal: '', moves: script } })
  const messages: ChatMessage[] = []
  const words: (string | null)[] = []
  for (const turn of [null, ...turns]) {
    if (turn !== null) messages.push({ role: 'assistant', content: turn })
    const answer = await user.turn({ messages, seed: 1, signal: new AbortController().signal })
    words.push(answer.kind === 'say' ? answer.text : null)
  }
  return words.slice(1)
}

describe('a scripted user', () => {
  test.each<[string, UserMove[], string[], (string | null)[]]>([
    ['is done when it is told', [first], ['Done.'], [null]],
    ['answers what is asked', [first, asked], ['Which one?', 'Done.'], ['asked', null]],
    [
      'answers one question after the other',
      [first, asked, asked2],
      ['A?', 'B?', 'C.'],
      ['asked', 'asked 2', null],
    ],
    ['goes on after an answer', [first, next], ['Done.', 'Done.'], ['then', null]],
    ['passes over answers to what was never asked', [first, asked, next], ['Done.', 'Done.'], ['then', null]],
    ['goes on where the answer asks what else there is', [first, next], ['Done. Anything else?'], ['then']],
    ['says twice that it knows no more, then leaves', [first], ['A?', 'B?', 'C?'], [nothing, nothing, null]],
    ['still goes on after a useless question', [first, next], ['A?', 'Done.'], ['then', null]],
    [
      'answers in the order of the script',
      [first, next, asked],
      ['Done.', 'A?', 'Done.'],
      ['then', 'asked', null],
    ],
  ])('%s', async (_, script, turns, words) => {
    expect(await said(script, ...turns)).toEqual(words)
  })

  test('opens with its first move', async () => {
    const user = scriptedUser({ user: { persona: '', goal: '', moves: [first, asked] } })
    const signal = new AbortController().signal
    expect(await user.turn({ messages: [{ role: 'system', content: '?' }], seed: 1, signal })).toEqual({
      kind: 'say',
      text: 'first',
    })
  })
})
