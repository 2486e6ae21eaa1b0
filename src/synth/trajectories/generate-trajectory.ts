import { type Draws, draws } from '../../draws.ts'
import type { Trajectory } from '../../trajectory/trajectory.ts'
import type { Environment } from '../../world/environment.ts'
import { oraclePolicy } from '../../world/oracle.ts'
import type { AssistantPolicy, UserPolicy } from '../../world/policies.ts'
import { runEpisode } from '../../world/run-episode.ts'
import { scriptedUser } from '../../world/scripted-user.ts'
import type { Task } from '../../world/task.ts'
import { worldEnvironment } from '../../world/world-environment.ts'
import { executePlan } from '../tasks/execute-plan.ts'
import { groundOf } from './ground.ts'
import { literalAssistant } from './literal-assistant.ts'
import { type MistakeKind, mistakeKinds, mistakes } from './mistakes/mistakes.ts'
import { faultyEnvironment, toolFaults, userFaults } from './simulator-faults.ts'
import { type VariantKind, variantKinds, variants } from './variants.ts'

/** What is put into an episode, by its own definition: the truth that judging is measured by. */
export type Planting =
  | { readonly kind: 'none' }
  | { readonly kind: 'variant'; readonly name: VariantKind }
  | { readonly kind: 'mistake'; readonly name: MistakeKind; readonly what: string }
  | { readonly kind: 'user fault'; readonly name: keyof typeof userFaults }
  | { readonly kind: 'tool fault'; readonly name: keyof typeof toolFaults }

/** Shares of trajectories; the rest follows the plan to the letter. */
export interface PlantingShares {
  readonly variant: number
  readonly mistake: number
  readonly userFault: number
  readonly toolFault: number
}

export const defaultShares: PlantingShares = { variant: 0.3, mistake: 0.4, userFault: 0.03, toolFault: 0.03 }

export interface TrajectoryOptions {
  readonly seed: number
  /** Names the set that the task belongs to. */
  readonly set?: string
  readonly shares?: PlantingShares
  /** In place of the procedural ones; nothing is planted into an episode with another assistant. */
  readonly assistant?: AssistantPolicy
  readonly user?: UserPolicy
  readonly environment?: Environment
  readonly signal?: AbortSignal
}

interface Cast {
  readonly planting: Planting
  readonly assistant?: AssistantPolicy
  readonly user?: UserPolicy
  readonly environment?: Environment
}

/** The first of some names in drawn order for which something can be made. */
function firstOf<Name extends string, T>(
  names: readonly Name[],
  draw: Draws,
  make: (name: Name) => T | undefined,
) {
  for (const name of draw.shuffled(names)) {
    const made = make(name)
    if (made !== undefined) return { name, made }
  }
  return undefined
}

const namesOf = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[]

const casts: Readonly<
  Record<Exclude<keyof PlantingShares, never>, (task: Task, draw: Draws) => Cast | undefined>
> = {
  variant(task, draw) {
    const ground = groundOf(task, draw)
    const found = firstOf(variantKinds, draw, (name) => variants[name](ground))
    return (
      found && {
        planting: { kind: 'variant', name: found.name },
        assistant: literalAssistant('oracle', found.made),
      }
    )
  },
  mistake(task, draw) {
    const ground = groundOf(task, draw)
    const found = firstOf(mistakeKinds, draw, (name) => mistakes[name](ground))
    if (found === undefined) return undefined
    const { plan, retries = true, what } = found.made
    return {
      planting: { kind: 'mistake', name: found.name, what },
      assistant: literalAssistant('oracle with mistakes', plan, retries),
    }
  },
  userFault(task, draw) {
    const found = firstOf(namesOf(userFaults), draw, (name) => userFaults[name](task, draw))
    return (
      found && {
        planting: { kind: 'user fault', name: found.name },
        user: found.made,
        assistant: followsUser(task),
      }
    )
  },
  toolFault(task, draw) {
    const { calls } = executePlan(task.application, task.state, task.oracle)
    // Tools that refuse everything are not asked for anything that could go wrong.
    if (calls.every(({ failed }) => failed)) return undefined
    const name = draw.pick(namesOf(toolFaults))
    return {
      planting: { kind: 'tool fault', name },
      environment: faultyEnvironment(task, toolFaults[name], draw),
      assistant: followsUser(task),
    }
  },
}

/** Does as it would have with another user or other tools: it can't be told apart from what went wrong there. */
const followsUser = (task: Task): AssistantPolicy =>
  literalAssistant('oracle', groundOf(task, draws(task.seed)).plan)

/** Who takes part, by draw: where a task has no room for what is drawn, the plan is followed. */
function castFor(task: Task, seed: number, shares: PlantingShares): Cast {
  const draw = draws(seed, 'planting')
  const kinds = Object.keys(casts) as (keyof PlantingShares)[]
  const rest = 1 - kinds.reduce((sum, kind) => sum + shares[kind], 0)
  const kind = draw.weighted<keyof PlantingShares | 'none'>([
    ...kinds.map((one) => [one, shares[one]] as const),
    ['none', Math.max(0, rest)],
  ])
  return (kind === 'none' ? undefined : casts[kind](task, draw)) ?? { planting: { kind: 'none' } }
}

/** What was planted, as a label: `none`, `mistake wrong_tool`. */
export const plantingLabel = (planting: Planting): string =>
  planting.kind === 'none' ? 'none' : `${planting.kind} ${planting.name}`

/** An episode with what it was made of, and what was put into it, under its labels. */
export const labelled = (
  trajectory: Trajectory,
  { application, agent }: Task,
  planting: Readonly<Record<string, string>>,
): Trajectory => ({
  ...trajectory,
  labels: { ...trajectory.labels, application: application.name, agent: agent.id, ...planting },
})

/** An episode of a task, with what was put into it under its labels. A function of the task and the seed. */
export async function generateTrajectory(task: Task, options: TrajectoryOptions): Promise<Trajectory> {
  const { seed, set = 'synthetic', shares = defaultShares, signal } = options
  const isProcedural =
    options.assistant === undefined && options.user === undefined && options.environment === undefined
  const cast: Cast = isProcedural ? castFor(task, seed, shares) : { planting: { kind: 'none' } }
  await using environment = options.environment ?? cast.environment ?? worldEnvironment(task)
  const trajectory = await runEpisode({
    task,
    set,
    environment,
    assistant: options.assistant ?? cast.assistant ?? oraclePolicy(task),
    user: options.user ?? cast.user ?? scriptedUser(task),
    seed,
    ...(signal && { signal }),
  })
  const { planting } = cast
  return labelled(trajectory, task, {
    planted: plantingLabel(planting),
    ...(planting.kind === 'mistake' && { mistake: planting.what }),
  })
}
