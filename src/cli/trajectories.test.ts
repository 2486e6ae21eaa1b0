import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { readTrajectories } from '../trajectory/read-trajectories.ts'
import { exampleTrajectory, scratchDirectory } from '../trajectory/trajectory.fixture.ts'
import type { Trajectory } from '../trajectory/trajectory.ts'
import { writeTrajectories } from '../trajectory/write-trajectories.ts'
import { tsukimi } from './in-process.fixture.ts'

const trajectories = (...args: readonly string[]) => tsukimi('trajectories', ...args)

const branched: Trajectory = {
  ...exampleTrajectory(1),
  nodes: [
    ...exampleTrajectory(1).nodes,
    { parent: 0, author: 'assistant', message: { role: 'assistant', content: 'Which one?\n\u001b[2J' } },
  ],
}

test('show prints what is to be read', async () => {
  await using directory = await scratchDirectory()
  const file = directory.file('a.jsonl')
  await writeTrajectories(file, [exampleTrajectory(0), branched])
  const shown = await trajectories('show', file, '--index', '1')
  expect(shown).toMatchObject({ code: 0, stderr: '' })
  expect(shown.stdout).toMatchInlineSnapshot(`
    "t-1
      task         refunds/1 of refunds
      seed         1
      environment  shop 1
      models       assistant: tsukimi (temperature: 1)
      labels       family: single_call
      lineage      trajectories, task-1
      tools        get_order

    [0] user
      Where is order ORD-1?

    [1] assistant (5 tokens, 4 sampled)
      -> get_order {"order_id":"ORD-1"} (functions.get_order:0)

    [2] tool simulator (tool) for functions.get_order:0
      {"status":"shipped"}
      {seconds: 0.25}

    [3] assistant
      It is on its way.

    [4] assistant, after [0]
      Which one?
      �[2J

    completed (user done), reward 1
      passed  told  rule  1
    "
  `)
  expect(await trajectories('show', file, '--id', 't-1')).toEqual(shown)
  expect((await trajectories('show', file)).stdout).toContain('t-0\n')
  const { stdout } = await trajectories('show', file, '--json')
  expect(JSON.parse(stdout).nodes[2].message.tool_call_id).toBe('functions.get_order:0')
  expect(JSON.parse(stdout).nodes[1].tokens).toEqual({
    ids: [0, 1, 2, 3, 4],
    sampled: [0, 1, 1, 1, 1],
    log_probs: [0, -0.5, -0.25, -1, -2],
    weight_versions: [-1, 3, 3, 3, 4],
  })
  const { nodes: _, outcome: __, ...bare } = exampleTrajectory(0)
  await writeTrajectories(file, [{ ...bare, nodes: [], models: {} }])
  expect((await trajectories('show', file)).stdout).toContain('no outcome')
})

test('convert goes to chats and back', async () => {
  await using directory = await scratchDirectory()
  const [file, chats, back] = [
    directory.file('a.jsonl'),
    directory.file('chats.jsonl'),
    directory.file('back.jsonl'),
  ]
  await writeTrajectories(file, [exampleTrajectory(0), branched])
  expect(await trajectories('convert', file, '--to', 'openai', '--out', chats)).toEqual({
    code: 0,
    stdout: `3 chats of 2 trajectories written to ${chats}\n`,
    stderr: '',
  })
  const lines = (await readFile(chats, 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).messages.length)).toEqual([4, 4, 2])
  const { stdout } = await trajectories('convert', chats, '--from', 'openai', '--out', back, '--json')
  expect(JSON.parse(stdout)).toEqual({ out: back, trajectories: 3 })
  const read = await Array.fromAsync(readTrajectories(back))
  expect(read.map(({ task }) => task.set)).toEqual(['chats', 'chats', 'chats'])
  expect(read[1]!.nodes.map(({ message }) => message)).toEqual(
    exampleTrajectory(1).nodes.map(({ message }) => message),
  )
})

test('mistakes are told', async () => {
  await using directory = await scratchDirectory()
  const [file, out] = [directory.file('a.jsonl'), directory.file('b.jsonl')]
  await writeTrajectories(file, [exampleTrajectory(0)])
  const said = async (...args: readonly string[]) => {
    const { code, stderr } = await trajectories(...args)
    expect(code).toBe(1)
    return stderr
  }
  expect(await said('show', file, '--index', '1')).toBe(
    `error: ${file}: no trajectory 1; it has 1, and --index counts from 0\n`,
  )
  expect(await said('show', file, '--id', 'x')).toContain('none of its 1 trajectories has the id "x"')
  expect(await said('show', file, '--id', 'x', '--index', '1')).toContain('cannot be used with')
  expect(await said('show', directory.file('none.jsonl'))).toContain('no such file')
  expect(await said('convert', file, '--out', out)).toContain('give either --from openai')
  expect(await said('convert', file, '--to', 'openai', '--out', file)).toContain('is the file that is read')
  expect(await said('convert', file, '--to', 'parquet', '--out', out)).toContain('Allowed choices are openai')
  expect(await said('convert', file, '--to', 'openai', '--out', out, '--keep-ids')).toContain(
    '--keep-ids is for',
  )
  await writeFile(file, '{"messages": [{"role": "robot"}]}\n')
  expect(await said('convert', file, '--from', 'openai', '--out', out)).toContain(
    `${file}:1: messages[0].role`,
  )
  await expect(readFile(out)).rejects.toThrow('ENOENT')
})

const chat = (id: string, content: string): Trajectory => ({
  ...exampleTrajectory(0, { tokens: false }),
  id,
  nodes: [{ parent: -1, author: 'user', message: { role: 'user', content } }],
})

const question =
  'Please tell me where the parcel with the blue ribbon is that I sent on Monday to my aunt in Oslo'

test('summary counts, and finds what is there twice and what evaluation sets have', async () => {
  await using directory = await scratchDirectory()
  const [file, evaluation] = [directory.file('a.jsonl'), directory.file('eval.jsonl')]
  await writeTrajectories(file, [
    exampleTrajectory(0),
    exampleTrajectory(1),
    chat('a', question),
    chat('b', `${question}!`),
  ])
  await writeFile(
    evaluation,
    `${JSON.stringify({ id: 7, prompt: `Hello. ${question}, if you can.` })}\n{"text":"No."}\n`,
  )
  const told = await trajectories('summary', file, '--near-duplicates', '--evaluation', evaluation)
  expect(told).toMatchObject({ code: 0, stderr: '' })
  expect(told.stdout.replaceAll(directory.file(''), '')).toMatchInlineSnapshot(`
    "trajectories  4
    messages      10; 1 to 4, mean 2.5
    characters    349; 78 to 97, mean 87.3
    tokens        10 recorded, 8 of them sampled
    calls         2; 0 to 1, mean 0.5
    tools called  get_order: 2
    outcomes      completed: 4
    ended by      user done: 4
    faults        assistant: 3
    rewards       mean 0.250 of 4 that were judged
    checks        told: 1 of 4 passed
    label family  no_tool: 3, single_call: 1

    near-duplicates of an earlier one: 1 (similarity 0.8 or more)
      b is like a

    with a stretch of /eval.jsonl: 2 (evaluation texts too short to be looked for: 1)
      a has 21 words of eval.jsonl: 7
      b has 21 words of eval.jsonl: 7
    "
  `)
  const json = await trajectories('summary', file, '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({ summary: { count: 4, tokens: { recorded: 10 } } })
  expect(JSON.parse(json.stdout)).not.toHaveProperty('nearDuplicates')
})

test.each([
  [['--near-duplicates', '2'], 'Give a number above 0 and up to 1.'],
  [['--evaluation', 'missing.jsonl'], 'missing.jsonl'],
])('summary %j is refused', async (options, message) => {
  await using directory = await scratchDirectory()
  const file = directory.file('a.jsonl')
  await writeTrajectories(file, [exampleTrajectory(0)])
  const told = await trajectories('summary', file, ...options)
  expect(told.code).not.toBe(0)
  expect(told.stderr).toContain(message)
})
