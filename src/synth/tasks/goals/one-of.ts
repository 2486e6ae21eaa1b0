import type { Goal } from '../goal.ts'
import type { Scene } from '../scene.ts'

export type GoalMaker = (scene: Scene) => Goal | undefined

/** A goal by one of several makers, in drawn order. */
export const oneOf =
  (...makers: readonly GoalMaker[]): GoalMaker =>
  (scene) => {
    for (const maker of scene.draw.shuffled(makers)) {
      const goal = maker(scene)
      if (goal !== undefined) return goal
    }
    return undefined
  }
