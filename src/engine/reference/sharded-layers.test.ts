import { describe, expect, test } from 'vitest'
import { expectNear } from '../../tensor/finite-differences.fixture.ts'
import { grad } from '../../tensor/grad.ts'
import { axisSize } from '../../tensor/mesh.ts'
import { exchangeOver, gatherOver, sumOver } from '../../tensor/ops/collective.ts'
import { linear } from '../../tensor/ops/contraction.ts'
import { mul, sin, tanh } from '../../tensor/ops/elementwise.ts'
import { sum } from '../../tensor/ops/reduction.ts'
import { reshape } from '../../tensor/ops/shape.ts'
import { type Tensor, trace } from '../../tensor/trace.ts'
import type { Type } from '../../tensor/types.ts'
import { interpretOnDevices } from './devices.ts'
import { interpret } from './interpret.ts'
import { meshOf, numbers } from './mesh.fixture.ts'

const f32 = (...shape: number[]): Type => ({ dtype: 'f32', shape })

describe('sharded layers are the unsharded ones', () => {
  const [T, D, H, M] = [8, 4, 6, 5]
  const data = [numbers(T * D, 1), numbers(H * D, 2), numbers(M * H, 3)].map((data) => ({ data }))

  /** Output, loss and the gradients of two layers. */
  const whole = trace('layers', [f32(T, D), f32(H, D), f32(M, H)], (x, w1, w2) => {
    const y = linear(tanh(linear(x!, w1!)), w2!)
    const loss = mul(sum(mul(y, y)), 1 / T)
    return [y, loss, ...grad(loss, [x!, w1!, w2!])]
  })
  const wanted = interpret(whole, data)

  const expectSame = (found: ReturnType<typeof interpretOnDevices>): void => {
    expect(found.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape))
    found.forEach((got, i) => {
      expectNear(got.data, [...wanted[i]!.data], 1e-6)
    })
  }

  test('batch over data, columns then rows of the weights over model', () => {
    const mesh = meshOf({ data: 4, model: 2 })
    const program = trace('sharded', [f32(T / 4, D), f32(H / 2, D), f32(M, H / 2)], (x, w1, w2) => {
      const y = sumOver(linear(tanh(linear(x!, w1!)), w2!), mesh, ['model'])
      const part = mul(sum(mul(y, y)), 1 / T)
      // Devices of one model group compute the same part, and the objective is the sum over all of them.
      const [gx, gw1, gw2] = grad(mul(part, 1 / axisSize(mesh, 'model')), [x!, w1!, w2!])
      return [
        y,
        sumOver(part, mesh, ['data']),
        sumOver(gx!, mesh, ['model']),
        sumOver(gw1!, mesh, ['data']),
        sumOver(gw2!, mesh, ['data']),
      ]
    })
    const [x, w1, w2] = [
      [['data'], []],
      [['model'], []],
      [[], ['model']],
    ]
    expectSame(
      interpretOnDevices(program, { mesh, inputs: [x!, w1!, w2!], outputs: [x!, [], x!, w1!, w2!] }, data),
    )
  })

  test('weights sharded over data and gathered for use', () => {
    const mesh = meshOf({ data: 2 })
    const program = trace('gathered', [f32(T / 2, D), f32(H / 2, D), f32(M, H / 2)], (x, w1, w2) => {
      const all = (w: Tensor, dim: number): Tensor => gatherOver(w, mesh, ['data'], dim)
      const y = linear(tanh(linear(x!, all(w1!, 0))), all(w2!, 1))
      const part = mul(sum(mul(y, y)), 1 / T)
      return [y, sumOver(part, mesh, ['data']), ...grad(part, [x!, w1!, w2!])]
    })
    const [x, w1, w2] = [
      [['data'], []],
      [['data'], []],
      [[], ['data']],
    ]
    expectSame(
      interpretOnDevices(program, { mesh, inputs: [x!, w1!, w2!], outputs: [x!, [], x!, w1!, w2!] }, data),
    )
  })

  test('rows sent to the device of their expert and back', () => {
    // x[E, C, D]: C rows of each sender for each expert.
    const [E, C] = [2, 3]
    const mesh = meshOf({ data: 2, expert: E })
    const rows = [numbers(4 * E * C * D, 4), numbers(E * D * D, 5)].map((data) => ({ data }))
    const loss = (y: Tensor): Tensor => sum(mul(y, sin(y)))
    const plain = trace('experts', [f32(4, E, C, D), f32(E, D, D)], (x, w) => {
      const y = sum(mul(reshape(x!, [4, E, C, 1, D]), reshape(w!, [1, E, 1, D, D])), 4)
      return [y, ...grad(loss(y), [x!, w!])]
    })
    const sharded = trace('experts', [f32(1, E, C, D), f32(1, D, D)], (x, w) => {
      const sent = exchangeOver(reshape(x!, [E, C, D]), mesh, ['expert'], 0, 0)
      const made = linear(sent, reshape(w!, [D, D]))
      const y = reshape(exchangeOver(made, mesh, ['expert'], 0, 0), [1, E, C, D])
      const [gx, gw] = grad(loss(y), [x!, w!])
      return [y, gx!, sumOver(gw!, mesh, ['data'])]
    })
    const x = [['data', 'expert'], [], [], []]
    const w = [['expert'], [], []]
    const found = interpretOnDevices(sharded, { mesh, inputs: [x, w], outputs: [x, x, w] }, rows)
    interpret(plain, rows).forEach((y, i) => {
      expectNear(found[i]!.data, [...y.data], 1e-9)
    })
  })
})
