import { z } from 'zod'

const count = z.int().min(0)

const familyResultSchema = z
  .object({ family: z.string(), solved: count, tried: count })
  .refine(({ solved, tried }) => solved <= tried, { message: 'more tasks solved than tried' })

const episodeSchema = z.object({
  id: z.string(),
  family: z.string(),
  solved: z.boolean(),
  /** The conversation as a reader sees it. */
  text: z.string(),
  /** What kept the task from being solved, a sentence each. */
  why: z.array(z.string()),
})

const armSchema = z.object({
  /** Before and after fine-tuning. */
  model: z.enum(['base', 'sft']),
  /** Whether the enforcer kept calls to their schemas. */
  enforced: z.boolean(),
  results: z.array(familyResultSchema),
  /** A few to read, mostly those that failed. */
  episodes: z.array(episodeSchema),
})

/** `tasks.json` of a run: how many held-out tasks its model solves, greedily decoded, by family. */
export const taskResultsSchema = z
  .object({
    version: z.literal(1),
    /** The set that the tasks are from. */
    set: z.string(),
    seed: z.int(),
    /** In the order in which they are shown. */
    families: z.array(z.string()),
    arms: z.array(armSchema),
  })
  .superRefine(({ families, arms }, context) => {
    const fault = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message })
    const seen = new Set<string>()
    for (const [i, { model, enforced, results }] of arms.entries()) {
      const name = `${model} ${enforced ? 'with' : 'without'} the enforcer`
      if (seen.has(name)) fault(['arms', i], `${name} comes twice`)
      seen.add(name)
      const counted = new Set<string>()
      for (const [j, { family }] of results.entries()) {
        const path = ['arms', i, 'results', j, 'family']
        if (!families.includes(family)) fault(path, `"${family}" is not among the families`)
        if (counted.has(family)) fault(path, `"${family}" comes twice`)
        counted.add(family)
      }
    }
  })

type Plain<T> = T extends readonly (infer I)[]
  ? readonly Plain<I>[]
  : T extends object
    ? { readonly [K in keyof T]: Plain<T[K]> }
    : T

export type TaskResults = Plain<z.output<typeof taskResultsSchema>>
export type TaskArm = TaskResults['arms'][number]

/** Solved and tried over all families of an arm. */
export const armTotal = ({ results }: Pick<TaskArm, 'results'>): { solved: number; tried: number } => ({
  solved: results.reduce((sum, { solved }) => sum + solved, 0),
  tried: results.reduce((sum, { tried }) => sum + tried, 0),
})
