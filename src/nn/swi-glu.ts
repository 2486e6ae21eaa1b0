import { linear } from '../tensor/ops/contraction.ts'
import { customGrad } from '../tensor/ops/control.ts'
import { add, convert, logistic, mul, sub } from '../tensor/ops/elementwise.ts'
import type { Tensor } from '../tensor/trace.ts'
import { type Params, param } from './params.ts'

/** In bf16, on engines that fuse such chains, it is cheaper to compute σ again than to keep it. */
function narrowGatedSilu(gate: Tensor, up: Tensor): Tensor {
  const wide = (x: Tensor): Tensor => convert(x, 'f32')
  const [y] = customGrad(
    [gate, up],
    (gate, up) => [convert(mul(mul(wide(gate!), logistic(wide(gate!))), wide(up!)), gate!.dtype)],
    (inputs, _, [dOutput]) => {
      if (!dOutput) return [null, null]
      const [gate, up] = inputs.map(wide) as [Tensor, Tensor]
      const dy = wide(dOutput)
      const s = logistic(gate)
      const a = mul(gate, s)
      const slope = mul(s, add(sub(gate, a), 1))
      return [convert(mul(mul(dy, up), slope), dOutput.dtype), convert(mul(dy, a), dOutput.dtype)]
    },
  )
  return y!
}

/**
 * `silu(gate) ∘ up`, keeping what the gradient reuses: with s = σ(gate) and a = gate·s, silu' = s (1 + gate − a).
 */
export function gatedSilu(gate: Tensor, up: Tensor): Tensor {
  if (gate.dtype !== 'f32') return narrowGatedSilu(gate, up)
  const [y] = customGrad(
    [gate, up],
    (gate, up) => {
      const s = logistic(gate!)
      const a = mul(gate!, s)
      return [mul(a, up!), s, a]
    },
    ([gate, up], [, s, a], [dy]) => {
      if (!dy) return [null, null]
      const slope = mul(s!, add(sub(gate!, a!), 1))
      return [mul(mul(dy, up!), slope), mul(dy, a!)]
    },
    2,
  )
  return y!
}

/** A dense feed-forward part: `W_down (silu(W_gate x) ∘ W_up x)`. */
export function swiGlu(params: Params, prefix: string, x_ND: Tensor): Tensor {
  const at = (name: string) => param(params, `${prefix}.${name}.weight`)
  return linear(gatedSilu(linear(x_ND, at('gate_proj')), linear(x_ND, at('up_proj'))), at('down_proj'))
}
