import { randomUUID } from 'node:crypto'
import type { TrajectoryLog } from '../trajectory/trajectory-log.ts'
import { type AnsweringModel, answerTrajectory } from './answer-trajectory.ts'
import type { GeneratedAnswer } from './generated-answer.ts'

/** Tokens of answers that wait to be written, at most: a disk that is too slow must not fill the memory. */
const mostWaitingTokens = 2 ** 22

/** Where answers are written down. */
export interface AnswerRecording {
  readonly log: Pick<TrajectoryLog, 'append' | 'sync'>
  /** Told once that answers are lost, and at the end how many. */
  readonly warn: (line: string) => void
  /** Default 4 Mi, of prompts and answers. */
  readonly mostWaitingTokens?: number
}

/** Writes answers to a trajectory log, in the order in which they end. Nobody waits for the disk. */
export interface AnswerRecorder {
  record(answer: GeneratedAnswer): void
  /** Answers that are in the log, and those that could not be written. */
  readonly counts: { readonly logged: number; readonly lost: number }
  /** Until all that was recorded is on the disk. */
  flush(): Promise<void>
}

const tokenCount = ({ prompt, tokens }: GeneratedAnswer): number => prompt.ids.length + tokens.length

const answers = (count: number): string => (count === 1 ? '1 answer' : `${count} answers`)

export function createAnswerRecorder(
  { log, warn, mostWaitingTokens: most = mostWaitingTokens }: AnswerRecording,
  model: AnsweringModel,
): AnswerRecorder {
  let [logged, lost, waitingTokens] = [0, 0, 0]
  let last: Promise<void> = Promise.resolve()

  const lose = (why: string): void => {
    if (lost++ === 0)
      warn(`${why}. Answers are given all the same; those that cannot be logged are counted in /metrics`)
  }
  const write = async (answer: GeneratedAnswer): Promise<void> => {
    try {
      await log.append(answerTrajectory(answer, randomUUID(), model))
      logged++
    } catch (error) {
      lose(`an answer was not logged: ${error instanceof Error ? error.message : error}`)
    }
    waitingTokens -= tokenCount(answer)
  }
  return {
    get counts() {
      return { logged, lost }
    },
    record(answer) {
      const count = tokenCount(answer)
      if (waitingTokens > 0 && waitingTokens + count > most)
        return lose('an answer was not logged: the disk is slower than the answers come')
      waitingTokens += count
      last = last.then(() => write(answer))
    },
    async flush() {
      // Answers that were ended a moment ago come to their end first.
      await new Promise((resolve) => setImmediate(resolve))
      await last
      await log.sync().catch((error: Error) => warn(error.message))
      if (lost > 0) warn(`${answers(lost)} could not be logged`)
    },
  }
}
