import { derivedSeed, draws } from '../../draws.ts'
import { UserError } from '../../user-error.ts'
import type { Application } from '../../world/application.ts'
import type { Agent } from '../agents/agent.ts'
import { writeAgents } from '../agents/agent-schema.ts'
import { generateAgents } from '../agents/generate-agents.ts'
import { agentPrompt } from '../teacher/agent-prompt.ts'
import { createNameCounts } from './counts.ts'
import type { PipelineContext, StageOutcome } from './pipeline-context.ts'
import { readRunApplications } from './run-applications.ts'
import { runFiles } from './run-files.ts'
import { createUnitTally, runUnits } from './run-units.ts'
import type { SynthConfig } from './synth-config.ts'
import { type UnitRoles, unitRoles } from './unit-roles.ts'
import { type AgentWish, agentUnits } from './units/agent-unit.ts'

/** An agent has to choose among some. */
const leastTools = 2

/** Tools that only their declarations are known of are played by a model, on tasks that a model writes. */
export const playsUnknownTools = ({ roles }: SynthConfig): boolean =>
  roles.tool_simulator !== 'procedural' && roles.task_writer !== 'procedural'

const isExecutable = ({ tools }: Application): boolean =>
  tools.every(({ semantics }) => semantics !== undefined)

/** Applications that agents can be made for, and the number of tools that are passed over. */
async function usableApplications(
  run: string,
  config: SynthConfig,
): Promise<{ readonly applications: readonly Application[]; readonly notExecutable: number }> {
  const path = runFiles(run).applications
  const applications: Application[] = []
  let notExecutable = 0
  for await (const application of readRunApplications(run)) {
    const isPlayable = isExecutable(application) || playsUnknownTools(config)
    if (!isPlayable) notExecutable += application.tools.length
    else if (application.tools.length >= leastTools) applications.push(application)
  }
  if (applications.length === 0)
    throw new UserError(
      notExecutable === 0
        ? `${path}: no application with at least ${leastTools} tools`
        : `${path}: its ${notExecutable} tools are not executable; make others beside them with --tools, or give the roles tool_simulator, task_writer and assistant models`,
    )
  return { applications, notExecutable }
}

export const agentRoles = ({ config }: Pick<PipelineContext, 'config'>): UnitRoles =>
  unitRoles(config.roles, { agent_designer: [agentPrompt] })

const named = (
  { id, systemPrompt, tools }: Pick<Agent, 'id' | 'systemPrompt' | 'tools'>,
  { name, domain, description }: Application,
): Agent => ({
  ...{ id, domain, applications: [name], persona: '', expertise: description, policy: [] },
  ...{ systemPrompt, tools },
})

/** Agents: persona and policy by a subset of an application's tools. */
export async function makeAgents(context: PipelineContext): Promise<StageOutcome> {
  const { config, run, resources } = context
  const { agents: wanted } = config.counts
  const files = runFiles(run)
  const { applications, notExecutable } = await usableApplications(run, config)
  const [tally, rejected] = [createUnitTally(), createNameCounts()]
  const roles = agentRoles(context)
  const onProgress = (done: number): void =>
    context.onProgress({ stage: 'agents', what: 'agents', done, total: wanted })

  async function* designed(): AsyncGenerator<Agent> {
    const wishes = Array.from({ length: wanted }, (_, i): AgentWish => {
      const application = draws(config.seed, 'application of agent', i).pick(applications)
      return { seed: derivedSeed(config.seed, 'agent', i), application, roles }
    })
    const seen = new Set<string>()
    let done = 0
    for await (const { input, value } of runUnits(context, agentUnits(resources), wishes, tally, roles)) {
      tally.spend(value.costs)
      onProgress(++done)
      if ('rejected' in value.value) rejected.add(value.value.rejected)
      else if (seen.has(value.value.made.id)) rejected.add('repeated')
      else {
        seen.add(value.value.made.id)
        yield named(value.value.made, input.application)
      }
    }
    tally.check()
  }

  const isProcedural = Object.keys(roles).length === 0
  const made = isProcedural
    ? generateAgents({ seed: config.seed, count: wanted, applications, onProgress })
    : designed()
  const output = await writeAgents(files.agents, made)
  return {
    input: wanted,
    output,
    lost: tally.lost(),
    costs: tally.costs(),
    details: { notExecutable, rejected: rejected.counts() },
  }
}
