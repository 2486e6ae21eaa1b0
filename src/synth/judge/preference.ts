import type { PreferenceInput } from '../../chat/preference-question.ts'
import { derivedSeed } from '../../draws.ts'
import { askStructured } from '../../roles/ask-structured.ts'
import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import type { TeacherOptions } from '../teacher/design-tools.ts'
import { preferencePrompt } from './preference-prompt.ts'

export interface Preference {
  /** How much A is preferred to B: 1, 0, or between, where readings differ or tell no difference. */
  readonly score: number
  /** Whether both orders gave the same. */
  readonly consistent: boolean
  /** Of the two readings; empty where a judge gives its verdict alone. */
  readonly comparisons: readonly string[]
}

const scores = { A: 1, B: 0, tie: 0.5 } as const

/**
 * Which of two answers is better, asked twice with the two swapped; the readings are averaged.
 *
 * @throws RejectedAnswer, EndpointFailure
 */
export async function preference(
  endpoint: ChatEndpoint,
  input: PreferenceInput,
  { seed, signal }: TeacherOptions,
): Promise<Preference> {
  const swapped = { ...input, a: input.b, b: input.a }
  const readings = await Promise.all(
    [input, swapped].map(async (one, order) => {
      const options = { seed: derivedSeed(seed, 'preference', order), ...(signal && { signal }) }
      return (await askStructured(endpoint, preferencePrompt, one, options)).value
    }),
  )
  const [straight, turned] = readings.map(({ better }, order) => Math.abs(order - scores[better]))
  return {
    score: (straight! + turned!) / 2,
    consistent: straight === turned,
    comparisons: readings.map(({ comparison = '' }) => comparison),
  }
}
