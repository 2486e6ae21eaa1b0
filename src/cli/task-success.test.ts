import { expect, test } from 'vitest'
import { exampleTrajectory } from '../trajectory/trajectory.fixture.ts'
import type { Fault, Trajectory } from '../trajectory/trajectory.ts'
import { taskSuccess } from './task-success.ts'

const episode = (family: string, reward: number, fault?: Fault): Trajectory => ({
  ...exampleTrajectory(0),
  labels: { family },
  outcome: {
    reward,
    parts: [],
    status: fault === undefined || fault === 'assistant' ? 'completed' : 'failed',
    stop: 'the wire broke',
    ...(fault && { fault }),
  },
})

test('shares are of all and of each family; what others broke is not counted', () => {
  expect(
    taskSuccess([
      episode('single_call', 1),
      episode('no_tool', 0, 'assistant'),
      episode('single_call', 0, 'assistant'),
      episode('no_tool', 0, 'tools'),
      episode('clarification', 0, 'user'),
      episode('single_call', 1),
    ]),
  ).toEqual({ solved: 0.5, single_call: 2 / 3, no_tool: 0 })
  expect(taskSuccess([episode('no_tool', 0, 'environment')])).toEqual({})
})

test('a model that cannot be run is said', () => {
  expect(() => taskSuccess([episode('single_call', 1), episode('no_tool', 0, 'infrastructure')])).toThrow(
    /could not be tried: the wire broke/,
  )
})
