import { expect, it } from 'vitest'
import { openJavascript } from '../agent/sandbox/javascript.ts'
import type { Application } from '../world/application.ts'
import { executeCall } from '../world/execute.ts'
import { oraclePolicy } from '../world/oracle.ts'
import { runEpisode } from '../world/run-episode.ts'
import { scriptedUser } from '../world/scripted-user.ts'
import type { Task } from '../world/task.ts'
import { worldEnvironment } from '../world/world-environment.ts'
import { judgeTrajectory } from './judge/judge-trajectory.ts'

const source = `(args, state) => {
  const tank = state.tanks[args.tank]
  if (tank === undefined) throw new Error('no tank ' + args.tank)
  const litres = tank.litres + args.litres
  return { result: { litres }, state: { ...state, tanks: { ...state.tanks, [args.tank]: { ...tank, litres } } } }
}`

const applicationOf = (script: string): Application => ({
  name: 'tanks',
  domain: 'unknown',
  description: '',
  tables: [
    {
      name: 'tanks',
      singular: 'tank',
      key: 'tank',
      keyPrefix: 'T-',
      columns: { litres: { type: 'integer', minimum: 0, maximum: 1000 } },
    },
  ],
  tools: [
    {
      declaration: {
        type: 'function',
        function: {
          name: 'fill',
          parameters: {
            type: 'object',
            properties: { tank: { type: 'string' }, litres: { type: 'integer' } },
            required: ['tank', 'litres'],
          },
        },
      },
      semantics: { kind: 'script', source: script },
    },
  ],
})

it('a world runs the scripts of its tools in QuickJS', () => {
  using javascript = openJavascript()
  const state = { tanks: { 'T-1': { litres: 5 } } }
  const fill = (tank: string) => {
    const call = { id: 'functions.fill:0', name: 'fill', arguments: JSON.stringify({ tank, litres: 7 }) }
    return executeCall(applicationOf(source), state, call, javascript.runScript)
  }
  expect(fill('T-1')).toEqual({
    ok: true,
    value: { litres: 12 },
    state: { tanks: { 'T-1': { litres: 12 } } },
  })
  expect(fill('T-2')).toEqual({ ok: false, error: expect.stringContaining('no tank T-2') })
})

/** A task whose only tool is a script. */
const taskOf = (script: string): Task => ({
  version: 1,
  id: 'fill',
  seed: 1,
  family: 'single_call',
  difficulty: 1,
  application: applicationOf(script),
  agent: { id: 'keeper', systemPrompt: null, tools: ['fill'] },
  state: { tanks: { 'T-1': { litres: 5 } } },
  user: { persona: '', goal: 'Fill up T-9.', moves: [{ when: 'first', text: 'Put 7 litres into T-9.' }] },
  rubric: { success: [], pattern: [], checkpoints: [], judged: [] },
  failures: [],
  oracle: [{ calls: [{ tool: 'fill', arguments: { tank: 'T-9', litres: 7 } }] }, { say: 'That failed.' }],
})

it.each([
  ['throws', source, undefined, 'assistant', 'reject'],
  ['never ends', '() => { for (;;); }', 'tools', 'tools', 'void'],
  ['returns nothing', '() => {}', 'tools', 'tools', 'void'],
  ['leaves no state', '() => ({ result: 1, state: { tanks: 3 } })', 'tools', 'tools', 'void'],
  [
    'takes all memory',
    '() => { const a = []; for (;;) a.push("x".repeat(1e6) + a.length) }',
    'tools',
    'tools',
    'void',
  ],
])('a script that %s', async (_, script, fault, blamed, verdict) => {
  using javascript = openJavascript()
  const task = taskOf(script)
  await using environment = worldEnvironment(task, javascript.runScript)
  const call = { id: 'functions.fill:0', name: 'fill', arguments: '{"tank":"T-9","litres":7}' }
  const result = await environment.call(call, new AbortController().signal)
  expect([result.failed, result.fault]).toEqual([true, fault])
  const trajectory = await runEpisode({
    ...{ task, set: 'test', seed: 1, environment },
    ...{ assistant: oraclePolicy(task), user: scriptedUser(task) },
  })
  expect(trajectory.outcome?.fault).toBe(blamed)
  expect(await judgeTrajectory(trajectory, task, [])).toMatchObject({ verdict, fault: blamed })
})
