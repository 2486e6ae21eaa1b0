import { type ArmResult, recallInterval } from './measure-arm.ts'
import { type ArmName, armNames } from './settings.ts'

/** Recall of an arm after as many readings, over all seeds. */
export interface PooledPoint {
  readonly arm: ArmName
  readonly readings: number
  readonly seeds: number
  readonly asked: number
  readonly share: number
  /** 95%, people drawn again. */
  readonly low: number
  readonly high: number
  /** Mean over the seeds. */
  readonly nats: number
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** The points of every arm, people of all seeds taken together. */
export const pooled = (results: readonly ArmResult[], questions: string): PooledPoint[] =>
  armNames.flatMap((arm) => {
    const own = results.filter((result) => result.arm === arm)
    return (own[0]?.points ?? []).map((_, i): PooledPoint => {
      const recalls = own.map(({ points }) => points[i]!.recall[questions]!)
      const asked = recalls.reduce((sum, recall) => sum + recall.asked, 0)
      const byPerson = recalls.flatMap(({ rightByPerson }) => rightByPerson)
      const { low, high } = recallInterval(byPerson, asked / byPerson.length)
      return {
        arm,
        readings: mean(own.map(({ points }) => points[i]!.readings)),
        seeds: own.length,
        asked,
        share: recalls.reduce((sum, { right }) => sum + right, 0) / asked,
        low,
        high,
        nats: mean(recalls.map(({ nats }) => nats)),
      }
    })
  })
