import { expect, test } from 'vitest'
import { leaves } from './leaves.ts'
import { exampleTrajectory } from './trajectory.fixture.ts'

test('the ends of a trajectory', () => {
  const trajectory = exampleTrajectory(0)
  expect(leaves(trajectory)).toEqual([3])
  const other = { parent: 0, author: 'assistant', message: { role: 'assistant', content: 'No.' } as const }
  expect(leaves({ ...trajectory, nodes: [...trajectory.nodes, other, { ...other, parent: -1 }] })).toEqual([
    3, 4, 5,
  ])
  expect(leaves({ ...trajectory, nodes: [] })).toEqual([])
})
