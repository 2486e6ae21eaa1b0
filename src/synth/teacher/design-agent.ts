import { derivedSeed, draws } from '../../draws.ts'
import { digestOf } from '../../files/digest.ts'
import { askStructured } from '../../roles/ask-structured.ts'
import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import type { Application } from '../../world/application.ts'
import type { AgentProfile } from '../../world/task.ts'
import { agentPrompt } from './agent-prompt.ts'
import type { TeacherOptions } from './design-tools.ts'

/** What agents differ in; one of each list is drawn. */
const traits = [
  ['speaks in short plain sentences', 'speaks warmly', 'speaks formally', 'speaks like a colleague'],
  [
    'a beginner in the trade',
    'years of practice',
    'a specialist',
    'knows the rules better than the practice',
  ],
  [
    'asks before every change',
    'acts at once where nothing speaks against it',
    'asks only where it is costly',
  ],
  ['strict with the rules', 'looks for what the rules still allow', 'explains the rules when they bind'],
  ['tells much', 'tells only what was asked', 'ends with what comes next'],
] as const

/** Tools of an agent, at least and at most. */
const fewestTools = 2
const mostTools = 8

/**
 * An agent of an application: a subset of its tools, drawn, and a system prompt for them.
 *
 * @throws RejectedAnswer, EndpointFailure
 */
export async function designAgent(
  endpoint: ChatEndpoint,
  application: Application,
  { seed, signal }: TeacherOptions,
): Promise<AgentProfile> {
  const draw = draws(seed, 'agent', application.name)
  const count = draw.integer(fewestTools, mostTools)
  const chosen = new Set(draw.sample(application.tools, count))
  const tools = application.tools
    .filter((tool) => chosen.has(tool))
    .map(({ declaration }) => declaration.function)
  const input = { application, tools, traits: traits.map((list) => draw.pick(list)) }
  const options = { seed: derivedSeed(seed, 'agent prompt'), ...(signal && { signal }) }
  const { value } = await askStructured(endpoint, agentPrompt, input, options)
  const names = tools.map(({ name }) => name)
  const systemPrompt = value.system_prompt
  const id = `agent-${digestOf([application.name, names, systemPrompt]).slice(0, 12)}`
  return { id, systemPrompt, tools: names }
}
