import { copyFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTrajectories } from './read-trajectories.ts'
import { anyTrajectory, exampleTrajectory, scratchDirectory } from './trajectory.fixture.ts'
import type { Trajectory } from './trajectory.ts'
import { writeTrajectories } from './write-trajectories.ts'

/** Keys that mean nothing are not kept: no calls. */
const plain = (trajectory: Trajectory): Trajectory => ({
  ...trajectory,
  nodes: trajectory.nodes.map((node) => {
    if (node.message.role !== 'assistant' || node.message.toolCalls?.length !== 0) return node
    const { toolCalls: _, ...message } = node.message
    return { ...node, message }
  }),
})

const read = (path: string) => Array.fromAsync(readTrajectories(path))

type Keys = readonly (string | number)[]

/** A JSON value with another value at a path; without the key where that is undefined. */
function withValue(value: unknown, [key, ...rest]: Keys, to: unknown): unknown {
  if (key === undefined) return to
  const copy = structuredClone(value) as Record<string | number, unknown>
  copy[key] = withValue(copy[key], rest, to)
  return copy
}

/** What reading says of a file whose second line has another value at a path. */
async function refusal(keys: Keys, to: unknown): Promise<string> {
  await using directory = await scratchDirectory()
  const path = directory.file('a.jsonl')
  await writeTrajectories(path, [exampleTrajectory(0), exampleTrajectory(1)])
  const [first, second] = (await readFile(path, 'utf8')).trimEnd().split('\n')
  await writeFile(path, `${first}\n${JSON.stringify(withValue(JSON.parse(second!), keys, to))}\n`)
  const error: unknown = await read(path).catch((e) => e)
  expect(error).toHaveProperty('name', 'UserError')
  return (error as Error).message.replaceAll(directory.path, '…')
}

describe('trajectory files', () => {
  it('give back any trajectories, and the same bytes when they are written again', async () => {
    await using directory = await scratchDirectory()
    await fc.assert(
      fc.asyncProperty(fc.array(anyTrajectory, { maxLength: 3 }), async (trajectories) => {
        const [a, b] = [directory.file('a.jsonl'), directory.file('b.jsonl')]
        expect(await writeTrajectories(a, trajectories)).toBe(trajectories.length)
        const found = await read(a)
        expect(found).toEqual(trajectories.map(plain))
        await writeTrajectories(b, found)
        expect(await readFile(b)).toEqual(await readFile(a))
        const sideCars = (await readdir(directory.path)).filter((name) => name.endsWith('.bin'))
        expect([0, 2]).toContain(sideCars.length)
        if (sideCars.length > 0)
          expect(await readFile(directory.file('b.tokens.bin'))).toEqual(
            await readFile(directory.file('a.tokens.bin')),
          )
      }),
      { numRuns: 60 },
    )
  })

  it('are a line each, with tokens in the side-car', async () => {
    await using directory = await scratchDirectory()
    await writeTrajectories(directory.file('a.jsonl'), [exampleTrajectory(1)])
    const text = await readFile(directory.file('a.jsonl'), 'utf8')
    const line = JSON.parse(text)
    expect(text).toBe(`${JSON.stringify(line)}\n`)
    expect(Object.keys(line)).toMatchInlineSnapshot(`
      [
        "version",
        "id",
        "task",
        "seed",
        "environment",
        "models",
        "tools",
        "nodes",
        "outcome",
        "lineage",
        "labels",
      ]
    `)
    expect(line.nodes[1]).toMatchInlineSnapshot(`
      {
        "author": "assistant",
        "message": {
          "content": null,
          "role": "assistant",
          "tool_calls": [
            {
              "function": {
                "arguments": "{"order_id":"ORD-1"}",
                "name": "get_order",
              },
              "id": "functions.get_order:0",
              "type": "function",
            },
          ],
        },
        "parent": 0,
        "tokens": {
          "count": 5,
          "crc32": 111125383,
          "length": 68,
          "log_probs": true,
          "offset": 16,
          "runs": 3,
        },
      }
    `)
    const bytes = await readFile(directory.file('a.tokens.bin'))
    expect(bytes.toString('latin1', 0, 16)).toBe('tsukimi-tokens-1')
    const words = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => bytes.readInt32LE(from + 4 * i))
    expect(words(16, 5)).toEqual([10, 11, 12, 13, 14])
    expect(bytes.readFloatLE(16 + 4 * 6)).toBe(-0.5)
    expect(words(56, 6)).toEqual([-1, 1, 3, 3, 4, 1])
    expect(words(80, 1)).toEqual([0b11110])
    expect(bytes).toHaveLength(84)
  })

  it('are read one by one', async () => {
    await using directory = await scratchDirectory()
    const path = directory.file('a.jsonl')
    let made = 0
    const source = async function* () {
      for (; made < 300; made++) yield exampleTrajectory(made)
    }
    await writeTrajectories(path, source())
    const taken: string[] = []
    for await (const { id } of readTrajectories(path)) if (taken.push(id) === 2) break
    expect(taken).toEqual(['t-0', 't-1'])
  })

  it('lose an old side-car where there are no tokens any more', async () => {
    await using directory = await scratchDirectory()
    const path = directory.file('a.jsonl')
    await writeTrajectories(path, [exampleTrajectory(1)])
    await writeTrajectories(path, [exampleTrajectory(1, { tokens: false })])
    expect(await readdir(directory.path)).toEqual(['a.jsonl'])
    await writeTrajectories(path, [])
    expect(await read(path)).toEqual([])
  })
})

describe('what is refused, with its place', () => {
  const tool = exampleTrajectory(1).tools[0]
  const cases: readonly (readonly [string, Keys, unknown, string])[] = [
    [
      'a newer version',
      ['version'],
      3,
      'written in version 3 of the trajectory format; this tsukimi reads up to version 1. Update tsukimi, or let the program that wrote the file write version 1',
    ],
    ['no version', ['version'], undefined, 'version: missing, expected 1'],
    ['an unknown key', ['label'], {}, 'unknown key "label"; did you mean "labels"?'],
    [
      "another role's key",
      ['nodes', 0, 'message', 'tool_calls'],
      [],
      'unknown key "nodes[0].message.tool_calls"',
    ],
    [
      'a wrong role',
      ['nodes', 0, 'message', 'role'],
      'robot',
      'nodes[0].message.role: expected "system" or "user" or "assistant" or "tool", got "robot"',
    ],
    [
      'content that is no text',
      ['nodes', 0, 'message', 'content'],
      [{ type: 'text' }],
      'nodes[0].message.content: expected a string, got [{"type":"text"}]',
    ],
    [
      'a cycle',
      ['nodes', 2, 'parent'],
      3,
      'nodes[2].parent: expected an earlier node (less than 2) or -1, got 3',
    ],
    [
      'a node that is its own parent',
      ['nodes', 0, 'parent'],
      0,
      'nodes[0].parent: expected an earlier node (less than 0) or -1, got 0',
    ],
    [
      'a result of no call',
      ['nodes', 2, 'message', 'tool_call_id'],
      'functions.f:1',
      'nodes[2].message.tool_call_id: "functions.f:1" answers no call of the nodes above it',
    ],
    [
      'a result of a call on another path',
      ['nodes', 2, 'parent'],
      0,
      'nodes[2].message.tool_call_id: "functions.get_order:0" answers no call of the nodes above it',
    ],
    ['a reward out of range', ['outcome', 'reward'], 2, 'outcome.reward: expected at most 1 or null, got 2'],
    [
      'tokens of another length',
      ['nodes', 1, 'tokens', 'count'],
      6,
      'nodes[1].tokens: length is not that of so many tokens and runs',
    ],
    [
      'two tools of a name',
      ['tools', 1],
      tool,
      'tools[1]: tools[0] is named "get_order" too; names must differ',
    ],
  ]
  it.each(cases)('%s', async (_, keys, to, message) => {
    expect(await refusal(keys, to)).toBe(`…/a.jsonl:2: ${message}`)
  })

  it('meta and labels are free', async () => {
    await using directory = await scratchDirectory()
    const trajectory = { ...exampleTrajectory(0), labels: { anything: 'at all' } }
    await writeTrajectories(directory.file('a.jsonl'), [trajectory])
    expect(await read(directory.file('a.jsonl'))).toEqual([trajectory])
  })

  it('a torn line, unless it may be the last', async () => {
    await using directory = await scratchDirectory()
    const path = directory.file('a.jsonl')
    await writeTrajectories(path, [exampleTrajectory(0), exampleTrajectory(1)])
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.slice(0, -100))
    await expect(read(path)).rejects.toThrow(`${path}:2:`)
    expect(await Array.fromAsync(readTrajectories(path, { mayEndTorn: true }))).toEqual([
      exampleTrajectory(0),
    ])
  })

  it('a side-car that is missing, cut off, another one, or none at all', async () => {
    await using directory = await scratchDirectory()
    const [path, sideCar] = [directory.file('a.jsonl'), directory.file('a.tokens.bin')]
    await writeTrajectories(directory.file('b.jsonl'), [exampleTrajectory(2)])
    await writeTrajectories(path, [exampleTrajectory(1)])
    const said = async () => String(await read(path).catch((e) => e.message)).replaceAll(directory.path, '…')
    await truncate(sideCar, 50)
    const messages = [await said()]
    await copyFile(directory.file('b.tokens.bin'), sideCar)
    messages.push(await said())
    await writeFile(sideCar, 'no tokens at all in here')
    messages.push(await said())
    await using other = await scratchDirectory()
    await copyFile(path, other.file('a.jsonl'))
    messages.push(
      String(await read(other.file('a.jsonl')).catch((e) => e.message)).replaceAll(other.path, '…'),
    )
    expect(messages).toMatchInlineSnapshot(`
      [
        "…/a.tokens.bin: ends after 50 bytes, and …/a.jsonl:1: nodes[1].tokens refers to tokens up to byte 84; it was cut off, or is of other trajectories",
        "…/a.tokens.bin: what lies at byte 16 is not what …/a.jsonl:1: nodes[1].tokens refers to (its CRC-32 differs); it is damaged, or of other trajectories",
        "…/a.tokens.bin: no side-car of trajectories: it does not begin with "tsukimi-tokens-1"",
        "…/a.tokens.bin: missing, and …/a.jsonl:1: nodes[1].tokens refers to tokens in it; keep it beside the trajectories that it was written with",
      ]
    `)
  })
})
