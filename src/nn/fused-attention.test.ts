import { describe, expect, test } from 'vitest'
import { expectNear } from '../tensor/finite-differences.fixture.ts'
import { transpose } from '../tensor/ops/shape.ts'
import type { HostTensor } from '../tensor/types.ts'
import { attentionMask, causalAttention } from './attention.ts'
import { clippedFactorsOf } from './clipped-factors.fixture.ts'
import { fusedCausalAttention } from './fused-attention.ts'
import { evaluate, floats, gradientsOf, integers, numbers } from './traced.fixture.ts'

// Longer than a block of queries, and no multiple of one.
const [B, T, H, K, V] = [2, 7, 3, 4, 5]
const long = 520
const inputs = (length: number, batch = B): HostTensor[] => [
  floats(1, [batch, length, H, K], -2, 2),
  floats(2, [batch, length, H, K], -2, 2),
  floats(3, [batch, length, H, V], -2, 2),
]
const documents = integers([B, T], [0, 0, 1, 1, 1, 2, 2, 5, 5, 5, 5, 6, 6, 6])
const scale = 0.4
const heads = (x: Parameters<typeof transpose>[0]) => transpose(x, [0, 2, 1, 3])

describe.each([
  ['one document', null],
  ['documents apart', documents],
] as const)('%s', (_, ids) => {
  const given = ids === null ? inputs(T) : [...inputs(T), ids]
  const fused = {
    inputs: given,
    build: (...[q, k, v, documents]: Parameters<Parameters<typeof evaluate>[1]>) => [
      fusedCausalAttention(q!, k!, v!, scale, null, documents ?? null).output_BTHV,
    ],
    differentiable: [0, 1, 2],
  }
  const blocks = {
    ...fused,
    build: (...[q, k, v, documents]: Parameters<Parameters<typeof evaluate>[1]>) => {
      const mask = attentionMask(B, T, documents ?? null)
      return [heads(causalAttention(heads(q!), heads(k!), heads(v!), mask, scale).output)]
    },
  }
  test('the output is that of attention by blocks', () => {
    expectNear(evaluate(given, fused.build)[0]!, evaluate(given, blocks.build)[0]!, 1e-9)
  })
  test('so are the gradients', () => {
    const wanted = gradientsOf(blocks)
    gradientsOf(fused).forEach((g, i) => {
      expectNear(g, wanted[i]!, 1e-9)
    })
  })
})

test('over several blocks of queries too', () => {
  const given = inputs(long, 1)
  const [fused, lse] = evaluate(given, (q, k, v) => {
    const { output_BTHV, maxLogits_H } = fusedCausalAttention(q!, k!, v!, scale, null)
    return [output_BTHV, maxLogits_H]
  })
  const [blocks, maxima] = evaluate(given, (q, k, v) => {
    const mask = attentionMask(1, long, null)
    const { output, maxLogits } = causalAttention(heads(q!), heads(k!), heads(v!), mask, scale)
    return [heads(output), maxLogits]
  })
  expectNear(fused!, blocks!, 1e-9)
  lse!.forEach((bound, h) => {
    expect(bound).toBeGreaterThanOrEqual(maxima![h]!)
    expect(bound).toBeLessThanOrEqual(maxima![h]! + Math.log(long))
  })
})

describe('QK-Clip cannot tell bounds from largest logits', () => {
  const given = inputs(T)
  const exact = evaluate(given, (q, k, v) => [
    causalAttention(heads(q!), heads(k!), heads(v!), attentionMask(B, T, null), scale).maxLogits,
  ])[0]!
  const bounds = evaluate(given, (q, k, v) => [fusedCausalAttention(q!, k!, v!, scale, null).maxLogits_H])[0]!
  const ordered = [...exact].sort((a, b) => a - b)
  test.each([
    ['far above all bounds', Math.max(...bounds) + 1],
    ['between a bound and its logit', (Math.max(...bounds) + ordered.at(-1)!) / 2],
    ['between two heads', (ordered[0]! + ordered[1]!) / 2],
    ['below all', ordered[0]! - 1],
    ['at a logit', ordered[1]!],
  ])('τ %s', (_, tau) => {
    const found = evaluate([...given, numbers([], [tau])], (q, k, v, tau) => [
      fusedCausalAttention(q!, k!, v!, scale, tau!).maxLogits_H,
    ])[0]!
    expect(clippedFactorsOf(found, tau)).toEqual(clippedFactorsOf(exact, tau))
  })
})
