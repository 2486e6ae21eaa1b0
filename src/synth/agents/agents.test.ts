import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applicationAt } from '../tools/application.ts'
import { applicationProblems } from '../tools/application-problems.ts'
import type { Agent } from './agent.ts'
import { agentApplication } from './agent-application.ts'
import { readAgents, writeAgents } from './agent-schema.ts'
import { agentDiversity } from './diversity.ts'
import { generateAgents } from './generate-agents.ts'
import { policyRules } from './policies.ts'

const applications = Array.from({ length: 40 }, (_, i) => applicationAt(2, i))
const byName = new Map(applications.map((application) => [application.name, application]))
const agents = [...generateAgents({ seed: 1, count: 300, applications })]

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tsukimi-agents-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

test('each has 2 to 12 tools of its applications, which make an application without problems', () => {
  for (const agent of agents) {
    expect(agent.tools.length).toBeGreaterThanOrEqual(2)
    expect(agent.tools.length).toBeLessThanOrEqual(12)
    const application = agentApplication(agent, byName)
    expect(application.tools.map(({ declaration }) => declaration.function.name)).toEqual(agent.tools)
  }
  for (const agent of agents.slice(0, 40))
    expect(applicationProblems(agentApplication(agent, byName))).toEqual([])
  expect(agents.filter((agent) => agent.applications.length === 2).length).toBeGreaterThan(20)
})

test('rules concern the tools, one of a group, and stand in the system message', () => {
  const rules = new Map(policyRules.map((rule) => [rule.name, rule]))
  for (const agent of agents) {
    const stated = agent.policy.map((name) => rules.get(name)!)
    expect(new Set(stated.map(({ group }) => group)).size).toBe(stated.length)
    const { tools } = agentApplication(agent, byName)
    for (const { concerns, texts } of stated) {
      expect(concerns(tools)).toBe(true)
      expect(texts.some((text) => agent.systemPrompt!.includes(text))).toBe(true)
    }
  }
})

test('an agent depends on the seed and its number, not on how many there are', () => {
  const few = [...generateAgents({ seed: 1, count: 5, applications })]
  expect(few).toEqual(agents.slice(0, 5))
  expect([...generateAgents({ seed: 2, count: 5, applications })]).not.toEqual(few)
})

test('agents come back from their file, whose bytes are the same again', async () => {
  const path = join(directory, 'agents.jsonl')
  await writeAgents(path, agents)
  expect(await Array.fromAsync(readAgents(path))).toEqual(agents)
  const bytes = await readFile(path)
  await writeAgents(path, generateAgents({ seed: 1, count: 300, applications }))
  expect((await readFile(path)).equals(bytes)).toBe(true)
})

test.each<[string, object, RegExp]>([
  ['a tool twice', { tools: ['a', 'a'] }, /bad\.jsonl:1: tools: expected tools that differ/],
  ['no application', { applications: [] }, /applications: expected a list with a length of at least 1/],
  ['a misspelt key', { presona: 'x' }, /unknown key "presona"; did you mean "persona"/],
])('%s is told', async (_, change, message) => {
  const path = join(directory, 'bad.jsonl')
  await writeFile(path, JSON.stringify({ ...agents[0], ...change }))
  await expect(Array.fromAsync(readAgents(path))).rejects.toThrow(message)
})

test('an application that is not there is told', () => {
  expect(() => agentApplication(agents[0]!, new Map())).toThrow(
    `there is no application ${agents[0]!.applications[0]}`,
  )
})

test('diversity of equal agents is none, of agents without anything in common all', () => {
  const agent = (systemPrompt: string, tools: readonly string[]): Agent => ({
    ...agents[0]!,
    applications: ['x'],
    systemPrompt,
    tools,
  })
  const same = agentDiversity([agent('one two three four', ['a']), agent('one two three four', ['a'])], {
    pairs: 10,
  })
  expect(same).toEqual({
    agents: 2,
    distinctNgrams: [0.5, 0.5, 0.5, 0.5],
    promptDistance: 0,
    toolOverlap: 1,
    ownToolSets: 0,
    sizes: { 1: 2 },
  })
  const apart = agentDiversity([
    agent('one two three four', ['a']),
    agent('five six seven eight', ['b', 'c']),
  ])
  expect(apart).toMatchObject({
    distinctNgrams: [1, 1, 1, 1],
    promptDistance: 1,
    toolOverlap: 0,
    ownToolSets: 1,
  })
  expect(agentDiversity([])).toMatchObject({ agents: 0, promptDistance: 0, toolOverlap: 0 })
})
