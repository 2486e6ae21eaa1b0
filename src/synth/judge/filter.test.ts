import { expect, it } from 'vitest'
import { createContaminationIndex } from '../../trajectory/contamination.ts'
import { createNearDuplicateIndex } from '../../trajectory/near-duplicates.ts'
import type { Trajectory } from '../../trajectory/trajectory.ts'
import { createFilter } from './filter.ts'
import type { Judgement } from './judge-trajectory.ts'

const trajectory = (text: string, family = 'no_tool'): Trajectory => ({
  version: 1,
  id: text,
  task: { set: 's', id: 't', digest: 'd' },
  seed: 1,
  models: {},
  tools: [],
  nodes: [{ parent: -1, author: 'user', message: { role: 'user', content: text } }],
  labels: { family },
})
const judgement = (verdict: Judgement['verdict'], reason?: string): Judgement => ({
  trajectory: 'x',
  task: 't',
  verdict,
  parts: [],
  ...(reason !== undefined && { reason }),
})

it('keeps what was judged to be kept, once, clean and within the caps', () => {
  const seen: string[] = []
  const filter = createFilter({
    duplicates: {
      get size() {
        return seen.length
      },
      add(text) {
        const first = seen.indexOf(text)
        seen.push(text)
        return first < 0 ? seen.length - 1 : first
      },
    },
    contamination: { overlaps: (text) => (text.includes('test set') ? [{ evaluationId: 'bench/3' }] : []) },
    caps: { family: 2 },
  })
  const keep = judgement('keep')
  expect(filter(trajectory('a'), keep)).toEqual({ kept: true })
  expect(filter(trajectory('a'), keep)).toMatchObject({ reason: 'near-duplicate' })
  expect(filter(trajectory('of a test set'), keep)).toEqual({
    kept: false,
    reason: 'contaminated',
    detail: 'bench/3',
  })
  expect(filter(trajectory('b'), judgement('reject', 'wrong'))).toEqual({
    kept: false,
    reason: 'rejected',
    detail: 'wrong',
  })
  expect(filter(trajectory('b'), judgement('void', 'lied'))).toMatchObject({ reason: 'void' })
  expect(filter(trajectory('b'), judgement('undecided'))).toMatchObject({ reason: 'undecided' })
  expect(filter(trajectory('b'), keep)).toEqual({ kept: true })
  expect(filter(trajectory('c'), keep)).toEqual({
    kept: false,
    reason: 'over a cap',
    detail: 'family no_tool',
  })
  expect(filter(trajectory('c', 'single_call'), keep)).toEqual({ kept: true })
})

it('works on the indexes of trajectories', () => {
  const words = (from: number) => Array.from({ length: 40 }, (_, i) => `w${from + i}`).join(' ')
  const filter = createFilter({
    duplicates: createNearDuplicateIndex(),
    contamination: createContaminationIndex([{ id: 'held out', text: words(500) }]),
  })
  const reasons = [words(0), `${words(0)} more`, words(100), `hello ${words(510)}`].map((text) => {
    const result = filter(trajectory(text), judgement('keep'))
    return result.kept ? 'kept' : result.reason
  })
  expect(reasons).toEqual(['kept', 'near-duplicate', 'kept', 'contaminated'])
})
