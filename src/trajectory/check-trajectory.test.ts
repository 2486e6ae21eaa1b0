import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { exampleTrajectory, scratchDirectory } from './trajectory.fixture.ts'
import { writeTrajectories } from './write-trajectories.ts'

describe('what is not written', () => {
  const tokens = {
    ids: Int32Array.of(1, 2),
    sampled: Uint8Array.of(0, 1),
    logProbs: Float32Array.of(0, -1),
    weightVersions: Int32Array.of(-1, 0),
  }
  it.each([
    [
      { logProbs: Float32Array.of(-1, -1) },
      '.tokens.log_probs[0]: a token that was not sampled has no log-prob',
    ],
    [{ weightVersions: Int32Array.of(0, 0) }, '.tokens.weight_versions[0]: no weights chose a token'],
    [{ sampled: Uint8Array.of(0) }, '.tokens.sampled: 1 values for 2 ids'],
    [{ sampled: Uint8Array.of(0, 2) }, '.tokens.sampled[1]: expected 0 or 1, got 2'],
    [{ logProbs: Float32Array.of(0, Number.NaN) }, '.tokens.log_probs[1]: expected a finite number'],
  ])('tokens that contradict themselves: %j', async (change, message) => {
    await using directory = await scratchDirectory()
    const path = directory.file('a.jsonl')
    const [question, ...rest] = exampleTrajectory(0).nodes
    const nodes = [question!, { ...rest[0]!, tokens: { ...tokens, ...change } }]
    await expect(writeTrajectories(path, [{ ...exampleTrajectory(0), nodes }])).rejects.toThrow(
      `${path}: trajectory "t-0": nodes[1]${message}`,
    )
    expect(await readdir(directory.path)).toEqual([])
  })

  it('a message with other ids than its node, a reward that is no number', async () => {
    await using directory = await scratchDirectory()
    const path = directory.file('a.jsonl')
    const nodes = [
      {
        parent: -1,
        author: 'assistant',
        message: { role: 'assistant', content: '', tokenIds: [2] } as const,
        tokens,
      },
    ]
    await expect(writeTrajectories(path, [{ ...exampleTrajectory(0), nodes }])).rejects.toThrow(
      "nodes[0].message.token_ids: other ids than the node's tokens",
    )
    const outcome = { ...exampleTrajectory(0).outcome!, reward: Number.NaN }
    await expect(writeTrajectories(path, [{ ...exampleTrajectory(0), outcome }])).rejects.toThrow(
      'outcome.reward: expected 0 to 1 or null, got NaN',
    )
  })
})
