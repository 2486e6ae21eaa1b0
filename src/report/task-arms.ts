import { armTotal, type TaskArm, type TaskResults } from '../eval/task-results.ts'

/** Paler without the enforcer. */
const paler = (color: string): string => `color-mix(in oklab,${color} 45%,var(--card))`

const models = {
  base: { name: 'base model', color: 'var(--reference)' },
  sft: { name: 'fine-tuned', color: 'var(--accent)' },
} as const

export const armName = ({ model, enforced }: TaskArm): string =>
  `${models[model].name}, ${enforced ? 'with' : 'without'} the enforcer`

export const armColor = ({ model, enforced }: TaskArm): string =>
  enforced ? models[model].color : paler(models[model].color)

/** Of `single_call`, `single call`. */
export const familyName = (family: string): string => family.replaceAll('_', ' ')

const place = ({ model, enforced }: TaskArm): number => (model === 'base' ? 0 : 2) + (enforced ? 1 : 0)

/** The base model first, each without the enforcer first; arms that tried nothing are left out. */
export const orderedArms = ({ arms }: TaskResults): TaskArm[] =>
  arms.filter((arm) => armTotal(arm).tried > 0).toSorted((a, b) => place(a) - place(b))

/** The arm of the model after fine-tuning, with the enforcer where it was tried. */
export const mainArm = (results: TaskResults): TaskArm | undefined =>
  orderedArms(results).findLast(({ model }) => model === 'sft')

/** The base model under the conditions of an arm. */
export const baseOf = (results: TaskResults, { enforced }: TaskArm): TaskArm | undefined =>
  orderedArms(results).find((arm) => arm.model === 'base' && arm.enforced === enforced)

/** What an arm did in a family; nothing where it did not try it. */
export const resultIn = ({ results }: TaskArm, family: string): { solved: number; tried: number } =>
  results.find((result) => result.family === family) ?? { solved: 0, tried: 0 }
