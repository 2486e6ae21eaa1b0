import { expect, test } from 'vitest'
import { applicationAt } from './application.ts'
import { coverageOf, domainCoverage } from './coverage.ts'
import { coverageMap } from './coverage-map.ts'
import { principalPlane } from './principal-plane.ts'
import type { SparseVector } from './text-vectors.ts'
import { textVectors } from './text-vectors.ts'

const applications = Array.from({ length: 48 }, (_, i) => applicationAt(1, i))

test('every tool is counted once, under its kind and its domain', () => {
  const coverage = coverageOf(applications)
  const tools = applications.reduce((sum, application) => sum + application.tools.length, 0)
  const counted = coverage.flatMap(({ counts }) => Object.values(counts)).reduce((a, b) => a + b, 0)
  expect(counted).toBe(tools)
  const byDomain = domainCoverage(coverage)
  expect(byDomain).toHaveLength(16)
  expect(byDomain.map((one) => one.applications)).toEqual(Array(16).fill(3))
  expect(byDomain.reduce((sum, one) => sum + one.tools, 0)).toBe(tools)
})

test('the plane of points on an ellipse has its axes', () => {
  const vectors: SparseVector[] = Array.from({ length: 200 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 200
    const [long, short] = [9 * Math.cos(angle), 2 * Math.sin(angle)]
    // Turned by 45 degrees in members 0 and 2, away from the origin.
    return {
      at: Uint32Array.of(0, 1, 2),
      values: Float64Array.of(50 + (long - short) / Math.SQRT2, 7, -3 + (long + short) / Math.SQRT2),
    }
  })
  for (const [i, [x, y]] of principalPlane(vectors, 3).entries()) {
    const angle = (2 * Math.PI * i) / 200
    expect(Math.abs(x)).toBeCloseTo(Math.abs(9 * Math.cos(angle)), 6)
    expect(Math.abs(y)).toBeCloseTo(Math.abs(2 * Math.sin(angle)), 6)
  }
})

test('rare words count more than those of all texts', () => {
  const [first] = textVectors(['the patient patient', 'the robot', 'the order'], 4096)
  expect([...first!.values].toSorted()).toEqual([0, 1])
})

test('the map has a point for each sampled tool and is the same again', () => {
  const map = coverageMap(applications, { points: 300, seed: 2 })
  expect(map).toHaveLength(300)
  expect(coverageMap(applications, { points: 300, seed: 2 })).toEqual(map)
  expect(map.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true)
})
