import { customGrad } from '../tensor/ops/control.ts'
import { add, convert, mul, rsqrt, sub } from '../tensor/ops/elementwise.ts'
import { mean, sum } from '../tensor/ops/reduction.ts'
import type { Tensor } from '../tensor/trace.ts'

/**
 * `x / sqrt(mean(x²) + eps) · gain` over the last dimension.
 *
 * The gradient keeps one number a row; with n = x·r: dx = r (g − n · mean(g·n)), g = dy·gain, dgain = Σ dy·n.
 *
 * @param x_ND activations, of any float dtype; the mean is taken in the dtype of the weights `gain_D`
 */
export function rmsNorm(x_ND: Tensor, gain_D: Tensor, eps: number): Tensor {
  const width = gain_D.shape[0]!
  const [y] = customGrad(
    [x_ND, gain_D],
    (input, gain) => {
      const x = convert(input!, gain!.dtype)
      const r = rsqrt(add(mean(mul(x, x), -1, true), eps))
      return [convert(mul(mul(x, r), gain!), input!.dtype), r]
    },
    ([input, gain], [, r], [dOutput]) => {
      if (!dOutput) return [null, null]
      const [x, dy] = [convert(input!, gain!.dtype), convert(dOutput, gain!.dtype)]
      const n = mul(x, r!)
      const g = mul(dy, gain!)
      const along = mul(sum(mul(g, n), -1, true), 1 / width)
      const lead = x.shape.map((_, d) => d).slice(0, -1)
      return [convert(mul(r!, sub(g, mul(n, along))), input!.dtype), sum(mul(dy, n), lead)]
    },
    1,
  )
  return y!
}
