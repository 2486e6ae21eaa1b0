import type { Jobs } from '../jobs/stage.ts'

/** Counts the units that end, and those of them that are lost. */
export function createUnitCounts() {
  let [lost, all] = [0, 0]
  return {
    /** The same jobs, whose units are counted. */
    counting: (jobs: Jobs): Jobs => ({
      ...jobs,
      async *run(stage, inputs, options) {
        for await (const result of jobs.run(stage, inputs, options)) {
          all++
          if (!result.ok) lost++
          yield result
        }
      },
    }),
    /** Of the units since it was called last. */
    take() {
      const counts = { lost, all }
      lost = 0
      all = 0
      return counts
    },
  }
}
