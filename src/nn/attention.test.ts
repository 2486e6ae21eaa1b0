import { describe, expect, test } from 'vitest'
import { expectNear } from '../tensor/finite-differences.fixture.ts'
import { grad } from '../tensor/grad.ts'
import { matmul } from '../tensor/ops/contraction.ts'
import { add, mul } from '../tensor/ops/elementwise.ts'
import { softmax } from '../tensor/ops/fused.ts'
import { sum } from '../tensor/ops/reduction.ts'
import type { Tensor } from '../tensor/trace.ts'
import type { HostTensor } from '../tensor/types.ts'
import { attentionMask, causalAttention, hidden } from './attention.ts'
import { inner, rowsOf, softmaxOf } from './plain.fixture.ts'
import { evaluate, expectGradients, floats, integers, numbers } from './traced.fixture.ts'

const [H, K, V] = [2, 3, 2]
const scale = 0.7

const operands = (B: number, T: number): HostTensor[] => [
  floats(1, [B, H, T, K]),
  floats(2, [B, H, T, K]),
  floats(3, [B, H, T, V]),
]

/** Attention query by query over the keys that it may see. */
function plainAttention([q, k, v]: readonly HostTensor[], T: number, documents: readonly number[] | null) {
  const [queries, keys] = [rowsOf(q!.data, K), rowsOf(k!.data, K)]
  const values = rowsOf(v!.data, V)
  const maxLogits = Array<number>(H).fill(Number.NEGATIVE_INFINITY)
  const output = queries.flatMap((query, row) => {
    const t = row % T
    const block = Math.floor(row / T)
    const sequence = Math.floor(block / H)
    const document = (s: number) => documents?.[sequence * T + s] ?? 0
    const seen = Array.from({ length: t + 1 }, (_, s) => s).filter((s) => document(s) === document(t))
    const logits = seen.map((s) => scale * inner(query, keys[block * T + s]!))
    const head = block % H
    maxLogits[head] = Math.max(maxLogits[head]!, ...logits)
    const p = softmaxOf(logits)
    return Array.from({ length: V }, (_, d) =>
      inner(
        p,
        seen.map((s) => values[block * T + s]![d]!),
      ),
    )
  })
  return { output, maxLogits }
}

const traced =
  (B: number, T: number) =>
  (...[q, k, v, documents]: Tensor[]) => {
    const mask = attentionMask(B, T, documents ?? null)
    const { output, maxLogits } = causalAttention(q!, k!, v!, mask, scale)
    return [output, maxLogits]
  }

describe('output and largest logits are those of plain attention', () => {
  test.each([
    ['one position', 2, 1],
    ['one short block', 2, 7],
    ['one whole block', 1, 128],
    ['two blocks', 1, 256],
    ['no multiple of a block', 1, 130],
  ])('%s', (_, B, T) => {
    const inputs = operands(B, T)
    const wanted = plainAttention(inputs, T, null)
    const [output, maxLogits] = evaluate(inputs, traced(B, T))
    expectNear(output!, wanted.output)
    expectNear(maxLogits!, wanted.maxLogits)
  })

  test('documents', () => {
    const [B, T] = [2, 7]
    const documents = [0, 0, 0, 1, 1, 2, 2, 5, 5, 5, 5, 5, 5, 3]
    const inputs = operands(B, T)
    const wanted = plainAttention(inputs, T, documents)
    const [output, maxLogits] = evaluate([...inputs, integers([B, T], documents)], traced(B, T))
    expectNear(output!, wanted.output)
    expectNear(maxLogits!, wanted.maxLogits)
  })
})

test('the largest logit looks at no later key', () => {
  const T = 3
  const q = numbers([1, 1, T, 1], [1, 1, -9])
  const k = numbers([1, 1, T, 1], [-1, -2, 50])
  const [, maxLogits] = evaluate([q, k, q], traced(1, T))
  // Seen: −1; −1, −2; 9, 18, −450. The 50 that query 0 and 1 must not see does not count.
  expectNear(maxLogits!, [18 * scale])
})

test('the mask hides later keys and other documents', () => {
  const shown = (mask: number[]) => rowsOf(mask, 3).map((row) => row.map((x) => (x === 0 ? 1 : 0)))
  const [plain, documents] = evaluate([integers([1, 3], [4, 4, 9])], (ids) => [
    attentionMask(1, 3, null),
    attentionMask(1, 3, ids!),
  ])
  expect(new Set([...plain!, ...documents!])).toEqual(new Set([0, Math.fround(hidden)]))
  expect(shown(plain!)).toEqual([
    [1, 0, 0],
    [1, 1, 0],
    [1, 1, 1],
  ])
  expect(shown(documents!)).toEqual([
    [1, 0, 0],
    [1, 1, 0],
    [0, 0, 1],
  ])
})

test('a query that sees nothing still gets numbers', () => {
  const inputs = [...operands(1, 2), numbers([2, 2], Array(4).fill(hidden))]
  const [output] = evaluate(inputs, (q, k, v, mask) => [causalAttention(q!, k!, v!, mask!, 1).output])
  expect(output!.every(Number.isFinite)).toBe(true)
})

describe('gradients', () => {
  test('of one block', () => {
    expectGradients({
      inputs: [...operands(1, 5), integers([1, 5], [0, 0, 0, 1, 1])],
      build: (...inputs) => traced(1, 5)(...inputs).slice(0, 1),
      differentiable: [0, 1, 2],
    })
  })

  test('of several blocks are those of the formula without blocks', () => {
    const T = 256
    const formula = (q: Tensor, k: Tensor, v: Tensor): Tensor =>
      matmul(softmax(add(mul(matmul(q, k, { transposeY: true }), scale), attentionMask(1, T, null))), v)
    const blocked = (...inputs: [Tensor, Tensor, Tensor]): Tensor => traced(1, T)(...inputs)[0]!
    const gradients = (attention: typeof formula) =>
      evaluate([...operands(1, T), floats(4, [1, H, T, V])], (q, k, v, weight) =>
        grad(sum(mul(attention(q!, k!, v!), weight!)), [q!, k!, v!]),
      )
    const wanted = gradients(formula)
    gradients(blocked).forEach((x, i) => {
      expectNear(x, wanted[i]!)
    })
  })
})
