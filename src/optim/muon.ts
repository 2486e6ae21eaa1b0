import { axisSize, type Mesh, type Sharding } from '../tensor/mesh.ts'
import { exchangeOver } from '../tensor/ops/collective.ts'
import { add, mul } from '../tensor/ops/elementwise.ts'
import { concat, pad, reshape, slice } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import { joinMatrices, type MatrixSplit, matricesOf } from './matrices.ts'
import { newtonSchulz, updateRmsFactor } from './newton-schulz.ts'

export interface MuonOptions {
  readonly momentum: number
  readonly nesterov: boolean
  readonly newtonSchulzSteps: number
}

export interface MuonMatrix {
  /** [rows, columns], or a stack of them [experts, rows, columns]; of a mesh, this device's shard. */
  readonly gradient: Tensor
  readonly momentum: Tensor
  readonly split: MatrixSplit
  readonly sharding: Sharding
}

/** What Newton–Schulz multiplies in, and the devices that share the matrices. */
export interface MuonEngine {
  readonly dtype: 'f32' | 'bf16'
  readonly mesh: Mesh
}

/** `μM + G`, and what goes into Newton–Schulz: that, or with Nesterov `G + μ(μM + G)`. */
function withMomentum(
  { gradient, momentum }: MuonMatrix,
  options: MuonOptions,
): { next: Tensor; direction: Tensor } {
  const next = add(mul(momentum, options.momentum), gradient)
  return { next, direction: options.nesterov ? add(gradient, mul(next, options.momentum)) : next }
}

/** Exchanges that put the shards of a matrix together, innermost axis first: the axis, and the dimension of a stack. */
const exchanges = (sharding: Sharding, { mesh }: MuonEngine): { axis: string; size: number; dim: number }[] =>
  sharding.flatMap((axes, d) =>
    axes
      .map((axis) => ({ axis, size: axisSize(mesh, axis), dim: d + 1 }))
      .filter(({ size }) => size > 1)
      .reverse(),
  )

/**
 * Calls `fn` on whole matrices where devices hold shards of them: each device gets some matrices of the stack whole, so
 * that each is orthogonalised once (Moonlight's distributed Muon), and gives them back. One mesh axis moves at a time.
 *
 * @param stack shards [S, rows, columns] of S matrices  @param sharding of a matrix's two dimensions
 */
function onWholeMatrices(
  stack: Tensor,
  sharding: Sharding,
  engine: MuonEngine,
  fn: (stack: Tensor) => Tensor,
): Tensor {
  const moves = exchanges(sharding, engine)
  const devices = moves.reduce((product, { size }) => product * size, 1)
  const S = stack.shape[0]!
  const filler = (devices - (S % devices)) % devices
  const given = pad(stack, [0, 0, 0], [filler, 0, 0])
  const whole = moves.reduce((x, { axis, dim }) => exchangeOver(x, engine.mesh, [axis], 0, dim), given)
  const back = moves.reduceRight(
    (x, { axis, dim }) => exchangeOver(x, engine.mesh, [axis], dim, 0),
    fn(whole),
  )
  return slice(back, 0, 0, S)
}

/** Orthogonalises the parts of each whole matrix of a stack, times 0.2·√max(rows, columns) and `scale`. */
function orthogonalised(
  stack: Tensor,
  split: MatrixSplit,
  steps: number,
  scale: Tensor,
  engine: MuonEngine,
): Tensor {
  const parts = matricesOf(stack, split).map((part) => {
    const [, rows, columns] = part.shape as [number, number, number]
    return newtonSchulz(part, steps, mul(scale, updateRmsFactor(rows, columns)), engine.dtype)
  })
  return joinMatrices(parts, split)
}

/** Weights of equal shape, split and sharding go through Newton–Schulz as one stack; experts are stacks already. */
function stacksOf(matrices: readonly MuonMatrix[]): number[][] {
  const groups = new Map<string, number[]>()
  matrices.forEach(({ gradient: { shape }, split, sharding }, i) => {
    const key = shape.length === 3 ? `${i}` : JSON.stringify([shape, split, sharding])
    groups.set(key, [...(groups.get(key) ?? []), i])
  })
  return [...groups.values()]
}

/**
 * Muon's part of a step (Algorithm 1 of the K2 report, lines 2–5): the new momenta and the updates `scale · 0.2·√max(n,m) ·
 * NS(momentum)`, to be subtracted from the weights.
 */
export function muonUpdates(
  matrices: readonly MuonMatrix[],
  options: MuonOptions,
  scale: Tensor,
  engine: MuonEngine,
): readonly { momentum: Tensor; update: Tensor }[] {
  const moved = matrices.map((matrix) => withMomentum(matrix, options))
  const updates: Tensor[] = []
  for (const members of stacksOf(matrices)) {
    const { split, sharding } = matrices[members[0]!]!
    const shape = moved[members[0]!]!.direction.shape
    const stacked = shape.length === 3 ? shape : [1, ...shape]
    const stack = concat(
      members.map((i) => reshape(moved[i]!.direction, stacked)),
      0,
    )
    const made = onWholeMatrices(stack, sharding.slice(-2), engine, (whole) =>
      orthogonalised(whole, split, options.newtonSchulzSteps, scale, engine),
    )
    members.forEach((i, at) => {
      updates[i] = members.length === 1 ? reshape(made, shape) : reshape(slice(made, 0, at, at + 1), shape)
    })
  }
  return moved.map(({ next }, i) => ({ momentum: next, update: updates[i]! }))
}
