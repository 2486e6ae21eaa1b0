import { createHistogram } from '../../trajectory/histogram.ts'
import { conversation, type Trajectory } from '../../trajectory/trajectory.ts'
import type { Lengths } from './synth-report-data.ts'

/** Counts how long trajectories are as they come. */
export function createLengths() {
  const [turns, calls, characters] = [createHistogram(), createHistogram(), createHistogram()]
  return {
    add(trajectory: Trajectory): void {
      let [turnCount, callCount, length] = [0, 0, 0]
      for (const message of conversation(trajectory)) {
        const made = message.role === 'assistant' ? (message.toolCalls ?? []) : []
        if (message.role === 'user' || message.role === 'assistant') turnCount++
        callCount += made.length
        length += message.content.length
        for (const call of made) length += call.arguments.length
      }
      turns.add(turnCount)
      calls.add(callCount)
      characters.add(length)
    },
    lengths: (): Lengths => ({
      turns: turns.histogram(),
      calls: calls.histogram(),
      characters: characters.histogram(),
    }),
  }
}
