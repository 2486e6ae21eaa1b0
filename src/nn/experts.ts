/**
 * Dropless mixture of experts. Tokens are sorted by expert; dispatch and combine are gathers forwards and backwards.
 * Legend: N tokens, K experts a token, S = N·K slots sorted by expert, E experts of this device, D hidden, F expert width.
 */
import { axisSize, type Mesh } from '../tensor/mesh.ts'
import { gatherOver, placeAmong, sumScatterOver } from '../tensor/ops/collective.ts'
import { groupedLinear } from '../tensor/ops/contraction.ts'
import { customGrad } from '../tensor/ops/control.ts'
import { and, compare, convert, div, mul, select, sub } from '../tensor/ops/elementwise.ts'
import { gather } from '../tensor/ops/indexing.ts'
import { scalar } from '../tensor/ops/leaf.ts'
import { sum } from '../tensor/ops/reduction.ts'
import { broadcast, reshape, slice } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import { meshAxes } from './mesh-axes.ts'
import { type Params, param } from './params.ts'
import { gateUpName } from './plan.ts'
import { histogram, type Routing } from './router.ts'
import { sortOrder } from './sort-order.ts'
import { gatedSilu } from './swi-glu.ts'

/** The two index maps between assignments (token, choice) and slots. */
interface SlotMaps {
  /** Assignment in each slot, [S]. */
  readonly assignment_S: Tensor
  /** Token in each slot, [S]. */
  readonly token_S: Tensor
  /** Slot of each assignment, [N·K]. */
  readonly slot_S: Tensor
  /** Which assignments are to this device's experts, [N, K]; the others' slots come last and hold nothing. */
  readonly own_NK: Tensor
}

function slotMaps(experts_NK: Tensor, own_NK: Tensor): SlotMaps {
  const [N, K] = experts_NK.shape as [number, number]
  const { order: assignment_S, place: slot_S } = sortOrder(reshape(experts_NK, [N * K]))
  return { assignment_S, token_S: div(assignment_S, K), slot_S, own_NK }
}

/** Each token's sum over its slots, added up in f32. */
function sumOverChoices(rows_SD: Tensor, slot_S: Tensor, own_NK: Tensor): Tensor {
  const rows_NKD = reshape(gather(rows_SD, slot_S), [...own_NK.shape, rows_SD.shape[1]!])
  const own = select(broadcast(own_NK, rows_NKD.shape, [0, 1]), rows_NKD, 0)
  return convert(sum(convert(own, 'f32'), 1), rows_SD.dtype)
}

/** Rows of tokens into slots; backwards, each token sums its slots. */
const dispatch = (x_ND: Tensor, { token_S, slot_S, own_NK }: SlotMaps): Tensor =>
  customGrad(
    [x_ND, token_S, slot_S, own_NK],
    (x, token) => [gather(x!, token!)],
    ([, , slot, own], _, [g]) => [g ? sumOverChoices(g, slot!, own!) : null, null, null, null],
  )[0]!

/** Each token sums its slots; backwards, rows of tokens into slots. */
const combine = (y_SD: Tensor, { token_S, slot_S, own_NK }: SlotMaps): Tensor =>
  customGrad(
    [y_SD, token_S, slot_S, own_NK],
    (y, _, slot, own) => [sumOverChoices(y!, slot!, own!)],
    ([, token], _, [g]) => [g ? gather(g, token!) : null, null, null, null],
  )[0]!

/** Numbers of assignments in the order of slots, and back. */
const permute = (x_NK: Tensor, { assignment_S, slot_S, own_NK }: SlotMaps): Tensor =>
  customGrad(
    [x_NK, assignment_S, slot_S, own_NK],
    (x, assignment) => [gather(reshape(x!, [-1]), assignment!)],
    ([x, , slot, own], _, [g]) => [
      g ? select(own!, reshape(gather(g, slot!), x!.shape), 0) : null,
      null,
      null,
      null,
    ],
  )[0]!

interface Assignments {
  readonly x_ND: Tensor
  readonly gates_NK: Tensor
  /** Among this device's experts; E for those of others. */
  readonly experts_NK: Tensor
  readonly own_NK: Tensor
  /** Rows of each of this device's experts, i32. */
  readonly load_E: Tensor
}

/** The tokens of all devices that share the experts, and what they want of this device's `E` experts. */
function gathered(x_ND: Tensor, routing: Routing, E: number, mesh: Mesh): Assignments {
  const axes = [meshAxes.expert]
  if (axisSize(mesh, meshAxes.expert) === 1) {
    const own_NK = broadcast(scalar(1, 'bool'), routing.experts_NK.shape)
    return { ...routing, x_ND, own_NK }
  }
  const all = (x: Tensor): Tensor => gatherOver(x, mesh, axes, 0)
  const local_NK = sub(all(routing.experts_NK), mul(placeAmong(mesh, axes), E))
  const own_NK = and(compare(local_NK, 0, 'ge'), compare(local_NK, E, 'lt'))
  const experts_NK = select(own_NK, local_NK, E)
  const load_E = slice(histogram(experts_NK, E + 1), 0, 0, E)
  return { x_ND: all(x_ND), gates_NK: all(routing.gates_NK), experts_NK, own_NK, load_E }
}

/** Rows times their expert's weights, in the weights' dtype. */
const ofExperts = (x_S_: Tensor, w: Tensor, load_E: Tensor): Tensor =>
  convert(groupedLinear(convert(x_S_, w.dtype), w, load_E), x_S_.dtype)

/** `silu(W_gate x) ∘ W_up x` of each slot, from one product where the weights lie one below the other. */
function hiddenRows(params: Params, prefix: string, x_SD: Tensor, load_E: Tensor): Tensor {
  const both = params[gateUpName(prefix)]
  if (both === undefined) {
    const grouped = (name: string) => ofExperts(x_SD, param(params, `${prefix}.${name}.weight`), load_E)
    return gatedSilu(grouped('gate_proj'), grouped('up_proj'))
  }
  const F = both.shape[1]! / 2
  const rows = ofExperts(x_SD, both, load_E)
  return gatedSilu(slice(rows, 1, 0, F), slice(rows, 1, F, 2 * F))
}

/** A way of computing the routed experts. */
export type RoutedExperts = typeof routedExperts

/**
 * `Σ_k gate · W_down (silu(W_gate x) ∘ W_up x)` over each token's experts. The gate multiplies the narrow hidden row, which
 * is the same since W_down is linear, and cheaper.
 *
 * Where a mesh divides the experts, the devices that share them see each other's tokens and add up what their experts
 * make of them: with as many experts a token as devices or more, nearly every token has business with every device.
 */
export function routedExperts(
  params: Params,
  prefix: string,
  x_ND: Tensor,
  routing: Routing,
  mesh: Mesh = { axes: [] },
): Tensor {
  const down = param(params, `${prefix}.down_proj.weight`)
  const at = gathered(x_ND, routing, down.shape[0]!, mesh)
  const maps = slotMaps(at.experts_NK, at.own_NK)
  const hidden_SF = hiddenRows(params, prefix, dispatch(at.x_ND, maps), at.load_E)
  const gate_S1 = reshape(permute(at.gates_NK, maps), [-1, 1])
  const gated_SF = convert(mul(convert(hidden_SF, 'f32'), gate_S1), hidden_SF.dtype)
  const y_ND = combine(ofExperts(gated_SF, down, at.load_E), maps)
  return sumScatterOver(y_ND, mesh, [meshAxes.expert], 0)
}
