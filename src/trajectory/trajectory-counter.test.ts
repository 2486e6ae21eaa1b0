import fc from 'fast-check'
import { expect, test } from 'vitest'
import { binOf, createHistogram } from './histogram.ts'
import { anyTrajectory, exampleTrajectory } from './trajectory.fixture.ts'
import type { Trajectory } from './trajectory.ts'
import { createTrajectoryCounter, type TrajectorySummary } from './trajectory-counter.ts'

function counted(trajectories: readonly Trajectory[]): TrajectorySummary {
  const counter = createTrajectoryCounter()
  for (const trajectory of trajectories) counter.add(trajectory)
  return counter.summary()
}

test('bins have every whole number in one of them, and are narrow', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 40 }), (value) => {
      const { from, to } = binOf(value)
      expect(from <= value && value < to).toBe(true)
      expect(binOf(from)).toEqual({ from, to })
      expect(binOf(to).from).toBe(to)
      expect((to - from) / Math.max(4, from)).toBeLessThanOrEqual(0.25)
    }),
  )
})

test('a histogram counts all values, in bins that they belong to', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 300 })), (values) => {
      const histogram = createHistogram()
      for (const value of values) histogram.add(value)
      const { bins, ...rest } = histogram.histogram()
      const sorted = values.toSorted((a, b) => a - b)
      expect(rest).toEqual({
        count: values.length,
        sum: values.reduce((sum, value) => sum + value, 0),
        minimum: sorted[0] ?? null,
        maximum: sorted.at(-1) ?? null,
      })
      for (const { from, to, count } of bins)
        expect(count).toBe(values.filter((value) => from <= value && value < to).length)
      expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(values.length)
    }),
  )
})

test('what trajectories are in numbers', () => {
  const { nodes: _, outcome: __, ...bare } = exampleTrajectory(2, { tokens: false })
  const summary = counted([exampleTrajectory(0), exampleTrajectory(1), { ...bare, nodes: [] }])
  expect(summary).toMatchInlineSnapshot(`
    {
      "calls": {
        "bins": [
          {
            "count": 1,
            "from": 0,
            "to": 1,
          },
          {
            "count": 2,
            "from": 1,
            "to": 2,
          },
        ],
        "count": 3,
        "maximum": 1,
        "minimum": 0,
        "sum": 2,
      },
      "characters": {
        "bins": [
          {
            "count": 1,
            "from": 0,
            "to": 1,
          },
          {
            "count": 2,
            "from": 64,
            "to": 80,
          },
        ],
        "count": 3,
        "maximum": 78,
        "minimum": 0,
        "sum": 156,
      },
      "count": 3,
      "faults": {
        "assistant": 1,
      },
      "labels": {
        "family": {
          "no_tool": 2,
          "single_call": 1,
        },
      },
      "messages": {
        "bins": [
          {
            "count": 1,
            "from": 0,
            "to": 1,
          },
          {
            "count": 2,
            "from": 4,
            "to": 5,
          },
        ],
        "count": 3,
        "maximum": 4,
        "minimum": 0,
        "sum": 8,
      },
      "outcomes": {
        "completed": 2,
        "none": 1,
      },
      "parts": {
        "told": {
          "count": 2,
          "passed": 1,
        },
      },
      "rewards": {
        "judged": 2,
        "mean": 0.5,
      },
      "stops": {
        "user done": 2,
      },
      "tokens": {
        "recorded": 10,
        "sampled": 8,
      },
      "tools": {
        "get_order": 2,
      },
    }
  `)
})

test('sums of any trajectories are sums of their parts', () => {
  fc.assert(
    fc.property(fc.array(anyTrajectory, { maxLength: 4 }), (trajectories) => {
      const summary = counted(trajectories)
      const nodes = trajectories.flatMap((trajectory) => trajectory.nodes)
      expect(summary.messages.sum).toBe(nodes.length)
      const sum = (counts: Readonly<Record<string, number>>) =>
        Object.values(counts).reduce((a, b) => a + b, 0)
      expect(sum(summary.tools)).toBe(summary.calls.sum)
      expect(sum(summary.outcomes)).toBe(trajectories.length)
      expect(summary.tokens.recorded).toBe(
        nodes.map(({ tokens }) => tokens?.ids.length ?? 0).reduce((a, b) => a + b, 0),
      )
    }),
    { numRuns: 30 },
  )
})
