import { derivedSeed, draws } from '../../draws.ts'
import { UserError } from '../../user-error.ts'
import type { Application } from '../../world/application.ts'
import type { Task } from '../../world/task.ts'
import type { Agent } from '../agents/agent.ts'
import { agentApplication } from '../agents/agent-application.ts'
import { readAgents } from '../agents/agent-schema.ts'
import { recipes, type ToolFamily } from '../tasks/recipes.ts'
import { writeTasks } from '../tasks/task-files.ts'
import { chunksOf } from '../tasks/task-stage.ts'
import { taskPrompt } from '../teacher/task-prompt.ts'
import { createCrossCounts, createNameCounts } from './counts.ts'
import type { PipelineContext, StageOutcome } from './pipeline-context.ts'
import { readRunApplications } from './run-applications.ts'
import { runFiles } from './run-files.ts'
import { createUnitTally, runUnits } from './run-units.ts'
import type { SynthConfig } from './synth-config.ts'
import { type UnitRoles, unitRoles } from './unit-roles.ts'
import {
  type AgentTasks,
  codeTaskUnits,
  taskUnits,
  type WrittenTaskWish,
  writtenTaskUnits,
} from './units/task-units.ts'

/** Tasks of a chunk. */
const [toolChunk, codeChunk] = [25, 5]
/** How often tasks are made for those that could not be. */
const mostRounds = 4

export const taskRoles = ({ config }: Pick<PipelineContext, 'config'>): UnitRoles =>
  unitRoles(config.roles, { task_writer: [taskPrompt] })

const toolFamilies = Object.keys(recipes) as ToolFamily[]

interface AgentSetting {
  readonly agent: Agent
  readonly application: Application
}

async function agentSettings(run: string): Promise<readonly AgentSetting[]> {
  const files = runFiles(run)
  const applications = new Map<string, Application>()
  for await (const application of readRunApplications(run)) applications.set(application.name, application)
  const settings: AgentSetting[] = []
  for await (const agent of readAgents(files.agents)) {
    const unknown = agent.applications.find((name) => !applications.has(name))
    if (unknown !== undefined)
      throw new UserError(
        `${files.agents}: agent ${agent.id} is of the application ${unknown}, which is not in applications.jsonl; run \`tsukimi synth agents\``,
      )
    settings.push({ agent, application: agentApplication(agent, applications) })
  }
  if (settings.length === 0) throw new UserError(`${files.agents}: there is no agent in it`)
  return settings
}

const weightsOf = ({ families, difficulties }: SynthConfig) => ({
  ...(families !== null && {
    families: Object.fromEntries(Object.entries(families).filter(([, weight]) => weight !== undefined)),
  }),
  difficulties,
})

/** Indices from `from` on, spread evenly over the agents, in chunks of agents that follow each other. */
function* agentChunks(
  settings: readonly AgentSetting[],
  from: number,
  count: number,
  config: SynthConfig,
): Generator<AgentTasks> {
  const before = (agent: number): number => Math.floor((agent * count) / settings.length)
  const common = { seed: config.seed, rows: config.rows, ...weightsOf(config) }
  let agents: AgentTasks['agents'][number][] = []
  let [start, size] = [from, 0]
  for (const [i, { agent, application }] of settings.entries()) {
    let left = before(i + 1) - before(i)
    while (left > 0) {
      const part = Math.min(left, toolChunk - size)
      agents.push({ agent, application, count: part })
      ;[left, size] = [left - part, size + part]
      if (size < toolChunk) continue
      yield { ...common, from: start, count: size, agents }
      ;[start, size, agents] = [start + size, 0, []]
    }
  }
  if (size > 0) yield { ...common, from: start, count: size, agents }
}

/** Tasks of agents, by plan or by a model, then tasks of code. */
export async function makeTasks(context: PipelineContext): Promise<StageOutcome> {
  const { config, run, resources, onProgress } = context
  const wanted = config.counts.tasks
  const codeCount = Math.round(wanted * config.code.share)
  const toolCount = wanted - codeCount
  const settings = await agentSettings(run)
  const [tally, rejected, byDomain] = [createUnitTally(), createNameCounts(), createNameCounts()]
  const byFamily = createCrossCounts()
  const roles = taskRoles(context)
  let missing = 0

  async function* procedural(): AsyncGenerator<Task> {
    let [left, from] = [toolCount, 0]
    for (let round = 0; left > 0 && round < mostRounds; round++) {
      const chunks = agentChunks(settings, from, left, config)
      from += left
      for await (const { value } of runUnits(context, taskUnits(), chunks, tally)) {
        rejected.addAll(value.rejected)
        left -= value.tasks.length
        yield* value.tasks
      }
    }
    missing = left
  }

  async function* written(): AsyncGenerator<Task> {
    const weights = toolFamilies.map(
      (family) => [family, config.families === null ? 1 : (config.families[family] ?? 0)] as const,
    )
    const wishes = Array.from({ length: toolCount }, (_, i): WrittenTaskWish => {
      const draw = draws(config.seed, 'wish', i)
      const { agent, application } = settings[i % settings.length]!
      const { id, systemPrompt, tools } = agent
      const difficulty = draw.weighted(config.difficulties.map((weight, at) => [at + 1, weight] as const))
      const seed = derivedSeed(config.seed, 'written task', i)
      const profile = { id, systemPrompt, tools }
      return { seed, agent: profile, application, family: draw.weighted(weights), difficulty, roles }
    })
    const seen = new Set<string>()
    for await (const { value } of runUnits(context, writtenTaskUnits(resources), wishes, tally, roles)) {
      tally.spend(value.costs)
      if ('made' in value.value && !seen.has(value.value.made.id)) {
        seen.add(value.value.made.id)
        yield value.value.made
      } else {
        rejected.add('rejected' in value.value ? `the answer: ${value.value.rejected}` : 'repeated')
        missing++
      }
    }
  }

  async function* all(): AsyncGenerator<Task> {
    const isProcedural = Object.keys(roles).length === 0
    yield* isProcedural ? procedural() : written()
    const chunks = chunksOf(codeCount, codeChunk, { seed: config.seed, language: config.code.language })
    for await (const { value } of runUnits(context, codeTaskUnits(resources), chunks, tally)) yield* value
    tally.check()
  }

  async function* counted(): AsyncGenerator<Task> {
    let done = 0
    for await (const task of all()) {
      byFamily.add(task.family, String(task.difficulty))
      byDomain.add(task.application.domain)
      onProgress({ stage: 'tasks', what: 'tasks', done: ++done, total: wanted })
      yield task
    }
  }

  const output = await writeTasks(runFiles(run).tasks, counted())
  return {
    input: wanted,
    output,
    lost: tally.lost(),
    costs: tally.costs(),
    details: {
      byFamilyAndDifficulty: byFamily.counts(),
      byDomain: byDomain.counts(),
      oracleRejections: rejected.counts(),
      missing,
    },
  }
}
