import { draws } from '../../draws.ts'
import type { Application } from '../../world/application.ts'
import type { WorldState } from '../../world/state.ts'
import type { AgentProfile, Task } from '../../world/task.ts'
import { brokenRule, inTheirWords } from './agent-rules.ts'
import type { Exchange, Recipe } from './exchanges/exchange.ts'
import { bystanderRule } from './exchanges/policy.ts'
import { executePlan } from './execute-plan.ts'
import { layOut } from './plan-script.ts'
import { ambiguity, unproven } from './proof.ts'
import { recipes, type ToolFamily } from './recipes.ts'
import { differences, rubricOf } from './rubric.ts'
import type { Scene } from './scene.ts'
import { seededFailures } from './seeded-failures.ts'
import { usedPart, usedState } from './used-part.ts'
import { drawSpeaker, type Speaker } from './user-styles.ts'

/** An agent, with the names of the rules that its system message states, where they are known. */
export interface TaskAgent extends AgentProfile {
  readonly policy?: readonly string[]
}

export interface TaskRequest {
  readonly application: Application
  readonly agent: TaskAgent
  /** Before the task; the same for all tasks of an agent, or one for each. */
  readonly state: WorldState
  readonly seed: number
  readonly id: string
  /** Drawn where they are not given. */
  readonly family?: ToolFamily
  /** Drawn from where an agent's tools have nothing for the family; where a family is given alone, there are none. */
  readonly otherFamilies?: readonly ToolFamily[]
  readonly difficulty?: Difficulty
}

export const difficulties = [1, 2, 3, 4] as const
export type Difficulty = (typeof difficulties)[number]

export interface GeneratedTask {
  /** undefined where none of the draws gave a task that holds. */
  readonly task?: Task
  /** How many draws were given up, by reason. */
  readonly rejected: Readonly<Record<string, number>>
}

/** How often one task is drawn anew. */
const mostDraws = 40

const toolFamilies = Object.keys(recipes) as ToolFamily[]

/**
 * A task for an agent: drawn until the plan of one, executed with its failures and its user, passes all that must be
 * so. A function of what is given alone.
 */
export async function generateTask(whole: TaskRequest): Promise<GeneratedTask> {
  const application = usedPart(whole.application, whole.agent)
  const request = { ...whole, application, state: usedState(whole.state, application) }
  const rejected: Record<string, number> = {}
  const first = draws(request.seed, 'task')
  const others = request.otherFamilies ?? (request.family === undefined ? toolFamilies : [])
  let family = request.family ?? first.pick(toolFamilies)
  const difficulty = request.difficulty ?? first.pick(difficulties)
  for (let attempt = 0; attempt < mostDraws; attempt++) {
    // What an agent's tools have nothing for is given up for another family.
    if (others.length > 0 && attempt > 0 && attempt % 8 === 0) family = first.pick(others)
    const drawn = drawTask(request, family, difficulty, attempt)
    const problem = typeof drawn === 'string' ? drawn : await unproven(drawn)
    if (problem === null) return { task: drawn as Task, rejected }
    rejected[problem] = (rejected[problem] ?? 0) + 1
  }
  return { rejected }
}

/** A task, or why this draw gives none. */
function drawTask(
  request: TaskRequest,
  family: ToolFamily,
  difficulty: Difficulty,
  attempt: number,
): Task | string {
  const draw = draws(request.seed, 'task', family, difficulty, attempt)
  let ids = 0
  const scene: Scene = {
    application: request.application,
    tools: request.application.tools.filter(
      ({ semantics }) => semantics !== undefined && semantics.kind !== 'script',
    ),
    state: request.state,
    draw,
    nextId: () => ids++,
  }
  const speaker = drawSpeaker(draws(request.seed, 'speaker', attempt))
  const exchange = firstExchange(recipes[family][difficulty - 1]!, scene, speaker)
  if (exchange === undefined) return 'the tools and the state have nothing for it'
  const task = taskOf(request, family, difficulty, exchange, scene, speaker)
  const rule = brokenRule(task, request.agent.policy ?? [])
  return rule === undefined ? (ambiguity(task) ?? task) : `the plan goes against the agent's rule ${rule}`
}

/** By the first recipe, in drawn order, that the scene has something for. */
function firstExchange(list: readonly Recipe[], scene: Scene, speaker: Speaker): Exchange | undefined {
  for (const recipe of scene.draw.shuffled(list)) {
    const exchange = recipe(scene, speaker)
    if (exchange !== undefined) return exchange
  }
  return undefined
}

function taskOf(
  { application, agent, state, seed, id }: TaskRequest,
  family: ToolFamily,
  difficulty: Difficulty,
  exchange: Exchange,
  scene: Scene,
  speaker: Speaker,
): Task {
  const user = { persona: speaker.persona, goal: exchange.goal, moves: exchange.moves }
  const oracle = inTheirWords(layOut(exchange.script), { application, user }, agent.policy ?? [])
  const rule = exchange.policy ?? (scene.draw.chance(0.25) ? idleRule(scene, oracle) : undefined)
  const prompt = [agent.systemPrompt, rule].filter((part) => part !== null && part !== undefined).join('\n\n')
  return {
    version: 1,
    id,
    family,
    difficulty,
    seed,
    agent: { id: agent.id, systemPrompt: prompt === '' ? null : prompt, tools: agent.tools },
    user,
    application,
    state,
    failures: seededFailures(exchange.script, exchange.failures ?? []),
    rubric: rubricOf(application, state, oracle, exchange),
    oracle,
  }
}

/** A rule that does not concern what is asked. */
function idleRule(scene: Scene, oracle: Task['oracle']): string | undefined {
  const { calls, state } = executePlan(scene.application, scene.state, oracle)
  const touched = new Set(differences(scene.state, state).map(({ table }) => table))
  return bystanderRule(scene, new Set(calls.map(({ tool }) => tool)), touched)
}
