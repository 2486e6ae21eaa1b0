import { expect, test } from 'vitest'
import { probeRoles } from '../../roles/probe-roles.ts'
import { openRoles, type Roles, rolesSchema } from '../../roles/role-config.ts'
import {
  calls,
  refuses,
  type ScriptedRequest,
  type Step,
  says,
  saysJson,
  scriptedEndpoint,
} from '../../roles/scripted-endpoint.fixture.ts'
import { promptDigest } from '../../roles/versioned-prompt.ts'
import type { Task } from '../../world/task.ts'
import { endpointJudge } from '../judge/endpoint-judge.ts'
import { judgePrompt } from '../judge/judge-prompt.ts'
import { judgeTrajectory } from '../judge/judge-trajectory.ts'
import { agentPrompt } from './agent-prompt.ts'
import { applicationPrompt } from './application-prompt.ts'
import { designAgent } from './design-agent.ts'
import { designApplication, designDomains } from './design-tools.ts'
import { domainPrompt } from './domain-prompt.ts'
import { runTeacherEpisode } from './run-teacher-episode.ts'
import { taskPrompt } from './task-prompt.ts'
import { agent, designed, endpointAt, task, written } from './teacher.fixture.ts'
import { toolCallPrompt } from './tool-call-prompt.ts'
import { userPrompt } from './user-prompt.ts'
import { writeTask } from './write-task.ts'

const last = ({ messages }: ScriptedRequest): string => messages.at(-1)!.content

/** What the tools return to calls, from what they are shown. */
function playTool({ messages }: ScriptedRequest): Step {
  const asked = messages[1]!.content
  const open = written.state.orders!['ORD-2001']!
  if (asked.includes('"name": "find_orders",\n "arguments"'))
    return saysJson({
      failed: false,
      result: { items: [{ order_id: 'ORD-2001', ...open }], total: 1 },
      changes: [],
    })
  const row = { ...open, status: 'cancelled' }
  return saysJson({
    failed: false,
    result: { order_id: 'ORD-2001', ...row },
    changes: [{ table: 'orders', key: 'ORD-2001', row }],
  })
}

/** What the assistant does next. */
function playAssistant(request: ScriptedRequest): Step {
  const { role, content } = request.messages.at(-1)!
  if (role === 'tool' && content.includes('"items"'))
    return calls({ name: 'cancel_order', arguments: { order_id: 'ORD-2001' } })
  if (role === 'tool') return says('Your repair is cancelled.')
  return content.includes('CUS-1001')
    ? calls({ name: 'find_orders', arguments: { customer_id: 'CUS-1001', status: 'open' } })
    : says('What is your customer number?')
}

function playUser(request: ScriptedRequest): Step {
  const heard = last(request)
  const said = (message: string): Step => saysJson({ thought: 'go on', done: message === '', message })
  if (heard.includes('you open')) return said('please cancel my open repair')
  return said(heard.includes('is cancelled.') ? '' : 'i am CUS-1001')
}

/** Which role each system message asks for. */
const parts: readonly (readonly [{ readonly system: string }, (request: ScriptedRequest) => Step])[] = [
  [
    domainPrompt,
    () => saysJson({ domains: [{ name: 'bicycle_repair', description: designed.description }] }),
  ],
  [applicationPrompt, () => saysJson(designed)],
  [agentPrompt, () => saysJson({ role: 'workshop clerk', system_prompt: agent.systemPrompt })],
  [taskPrompt, () => saysJson(written)],
  [userPrompt, playUser],
  [toolCallPrompt, playTool],
  [judgePrompt, () => saysJson({ reason: 'message 7', verdict: 'pass', fault: 'none' })],
]

function playAll(request: ScriptedRequest): Step {
  if (last(request).startsWith('Answer with the word')) return says('ready')
  const system = request.messages[0]!.content
  const part = parts.find(([prompt]) => system.startsWith(prompt.system))
  return part ? part[1](request) : playAssistant(request)
}

const rolesAt = (baseUrl: string, names: readonly string[]): Roles => {
  const model = { base_url: baseUrl, model: 'teacher', retries: 0 }
  return openRoles(rolesSchema.parse(Object.fromEntries(names.map((name) => [name, model]))), {})
}

async function wholeRun(baseUrl: string) {
  const roles = rolesAt(baseUrl, [
    'tool_designer',
    'agent_designer',
    'task_writer',
    'user',
    'tool_simulator',
    'assistant',
    'judge',
  ])
  await probeRoles(roles)
  const seed = 11
  const domain = 'transportation_logistics'
  const designer = roles.role('tool_designer')!
  const [found] = await designDomains(designer, { domain, count: 1, known: [] }, { seed })
  const application = await designApplication(designer, { domain, application: found!, tools: 2 }, { seed })
  const profile = await designAgent(roles.role('agent_designer')!, application, { seed })
  const wish = { application, agent: profile, family: 'clarification', difficulty: 2 } as const
  const made = await writeTask(roles.role('task_writer')!, wish, { seed })
  const episode = { task: made, set: 'test', seed, roles }
  const trajectory = await runTeacherEpisode(episode)
  const judgement = await judgeTrajectory(trajectory, made, [endpointJudge(roles.role('judge')!)], { seed })
  return { application, profile, made, trajectory, judgement, usage: roles.usage() }
}

test('a teacher plays all seven roles of synthesis of a small run, and the same seed gives the same run', async () => {
  await using server = await scriptedEndpoint(playAll)
  const run = await wholeRun(server.baseUrl)
  expect(run.application).toMatchObject({ name: 'workshop_orders', domain: 'transportation_logistics' })
  expect(run.profile.tools).toEqual(['find_orders', 'cancel_order'])
  expect(run.made).toMatchObject({ family: 'clarification', oracle: [], failures: [], seed: 11 })
  const { nodes, outcome, models } = run.trajectory
  expect(run.judgement.verdict).toBe('keep')
  expect(nodes.map(({ author, message: { role, content } }) => [author, role, content.slice(0, 30)])).toEqual(
    [
      ['task', 'system', 'You serve the customers of a b'],
      ['teacher', 'user', 'please cancel my open repair'],
      ['teacher', 'assistant', 'What is your customer number?'],
      ['teacher', 'user', 'i am CUS-1001'],
      ['teacher', 'assistant', ''],
      ['teacher', 'tool', '{"items":[{"order_id":"ORD-200'],
      ['teacher', 'assistant', ''],
      ['teacher', 'tool', '{"order_id":"ORD-2001","custom'],
      ['teacher', 'assistant', 'Your repair is cancelled.'],
    ],
  )
  expect(outcome).toMatchObject({ reward: 1, status: 'completed', stop: 'user done' })
  expect(run.judgement.parts.map(({ name, kind, passed }) => [name, kind, passed])).toEqual([
    ['success/order cancelled', 'rule', true],
    ['success/nothing else', 'rule', true],
    ['pattern/looked up first', 'rule', true],
    ['checkpoints/found', 'rule', true],
    ['judged/told', 'judge', true],
    ['judged/kept secrets', 'judge', true],
  ])
  expect(models.user).toEqual({ name: 'teacher', template: promptDigest(userPrompt) })
  expect(run.usage).toHaveLength(1)
  expect(run.usage[0]).toMatchObject({ answers: server.requests.length, retries: 0, concessions: [] })
  const { usage: _, ...first } = run
  const { usage: __, ...second } = await wholeRun(server.baseUrl)
  expect(JSON.stringify(second)).toBe(JSON.stringify(first))
})

test('roles are mixed: a model as the assistant in the world itself, whose tools it has designed', async () => {
  await using server = await scriptedEndpoint(playAll)
  const roles = rolesAt(server.baseUrl, ['assistant'])
  const trajectory = await runTeacherEpisode({ task, set: 'test', seed: 3, roles })
  expect(trajectory.outcome).toMatchObject({ reward: 1 })
  expect(trajectory.environment!.name).toBe('workshop_orders')
  expect(trajectory.models).toMatchObject({ user: { name: 'script' }, assistant: { name: 'teacher' } })
})

const episode = (served: Task, roles: Roles) =>
  runTeacherEpisode({ task: served, set: 'test', seed: 3, roles })

test('an episode needs an assistant', async () => {
  await expect(episode(task, rolesAt('http://127.0.0.1:9/v1', []))).rejects.toThrow(
    'the episode of task-1 has no assistant',
  )
})

test.each(['user', 'tool_simulator', 'assistant'] as const)(
  'an episode whose %s cannot be had is no trajectory',
  async (name) => {
    await using good = await scriptedEndpoint(playAll)
    await using bad = await scriptedEndpoint(() => refuses(503, 'closed'))
    const roles = rolesAt(good.baseUrl, ['user', 'tool_simulator', 'assistant'])
    const mixed: Roles = {
      ...roles,
      role: (one) => (one === name ? endpointAt(bad.baseUrl) : roles.role(one)),
    }
    await expect(episode(task, mixed)).rejects.toMatchObject({ name: 'EndpointFailure', kind: 'overloaded' })
  },
)

test.each([
  ['user', userPrompt, 'user'],
  ['tools', toolCallPrompt, 'tools'],
])('nonsense of the %s fails the episode by their fault', async (_, prompt, fault) => {
  await using server = await scriptedEndpoint((request) =>
    request.messages[0]!.content.startsWith(prompt.system)
      ? says('I am a language model.')
      : playAll(request),
  )
  const { outcome } = await episode(task, rolesAt(server.baseUrl, ['user', 'tool_simulator', 'assistant']))
  expect(outcome).toMatchObject({ reward: 0, status: 'failed', fault })
})

test('an assistant that is cut off or filtered ends the episode without its calls', async () => {
  for (const finish of ['length', 'content_filter']) {
    await using server = await scriptedEndpoint(() => says('Let me', finish))
    const { outcome, nodes } = await episode(task, rolesAt(server.baseUrl, ['assistant']))
    expect(outcome).toMatchObject({ reward: 0, status: 'truncated', stop: 'tokens' })
    expect(nodes.at(-1)!.meta).toMatchObject({ finish, completionTokens: 10 })
  }
})

const overlong = "This model's maximum context length is 4096 tokens. However, you requested 4200 tokens."

test('a conversation that has become too long for the assistant ends as truncated', async () => {
  await using server = await scriptedEndpoint((request) =>
    request.messages.length > 3 ? refuses(400, overlong) : playAll(request),
  )
  const { outcome, nodes } = await episode(task, rolesAt(server.baseUrl, ['assistant']))
  expect(outcome).toMatchObject({ reward: 0, status: 'truncated', stop: 'tokens', fault: 'assistant' })
  expect(nodes.length).toBeGreaterThan(3)
  expect(nodes.at(-1)).toMatchObject({
    message: { content: '' },
    meta: { refused: expect.stringContaining('context length') },
  })
})

test.each([
  ['user', userPrompt, 'user'],
  ['tools', toolCallPrompt, 'environment'],
])('one that is too long for the %s fails by their fault', async (_, prompt, fault) => {
  await using server = await scriptedEndpoint((request) =>
    request.messages[0]!.content.startsWith(prompt.system)
      ? refuses(400, 'prompt is too long: 210000 tokens > 200000 maximum')
      : playAll(request),
  )
  const { outcome } = await episode(task, rolesAt(server.baseUrl, ['user', 'tool_simulator', 'assistant']))
  expect(outcome).toMatchObject({ reward: 0, status: 'failed', fault })
})

test('another refusal loses the episode', async () => {
  await using server = await scriptedEndpoint(() => refuses(400, 'max_tokens: expected at least 1'))
  await expect(episode(task, rolesAt(server.baseUrl, ['assistant']))).rejects.toMatchObject({
    kind: 'refused',
  })
})

test('a task of recovery has a failure where its rubric expects a call, drawn by the seed', async () => {
  await using server = await scriptedEndpoint(playAll)
  const endpoint = endpointAt(server.baseUrl)
  const wish = { application: task.application, agent, family: 'error_recovery', difficulty: 3 } as const
  const made = await Promise.all([1, 1, 2, 3, 4, 5].map((seed) => writeTask(endpoint, wish, { seed })))
  expect(made[1]).toEqual(made[0])
  for (const { failures } of made) expect(failures).toMatchObject([{ tool: 'find_orders', nth: 0 }])
  expect(new Set(made.map(({ failures }) => failures[0]!.kind)).size).toBeGreaterThan(1)
})

test('what a designer gets wrong is told, then given up', async () => {
  await using server = await scriptedEndpoint(() => saysJson({ ...designed, tools: designed.tools.slice(1) }))
  const input = { domain: 'smart_home', application: { name: 'x', description: 'y' }, tools: 2 }
  const error = await designApplication(endpointAt(server.baseUrl), input, { seed: 1 }).catch(
    (thrown: Error) => thrown,
  )
  expect((error as Error).message).toBe('application@1: rejected (form): 1 tools came, 2 are wanted')
  expect(server.requests).toHaveLength(3)
})
