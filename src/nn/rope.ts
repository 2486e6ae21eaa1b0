import { matmul } from '../tensor/ops/contraction.ts'
import { customGrad, kernel } from '../tensor/ops/control.ts'
import { add, convert, mul, neg } from '../tensor/ops/elementwise.ts'
import { constant } from '../tensor/ops/leaf.ts'
import { reshape } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import type { K2Config, RopeScaling } from './config.ts'

const mscaleOf = (factor: number, mscale: number): number =>
  factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1

/** The softmax scale: 1/√(query width), times m² under YaRN with `mscaleAllDim` (K2 report §1.4, DeepSeek-V3 code). */
export function softmaxScale(config: K2Config): number {
  const scale = 1 / Math.sqrt(config.qkNopeHeadDim + config.qkRopeHeadDim)
  const yarn = config.ropeScaling
  if (yarn === null || yarn.mscaleAllDim === 0) return scale
  return scale * mscaleOf(yarn.factor, yarn.mscaleAllDim) ** 2
}

/** Where in the frequency pairs a wave turns `rotations` times over the original context. */
const pairOf = (rotations: number, width: number, theta: number, yarn: RopeScaling): number =>
  (width * Math.log(yarn.originalMaxPositionEmbeddings / (rotations * 2 * Math.PI))) / (2 * Math.log(theta))

/**
 * Angle a position of each adjacent pair, [qkRopeHeadDim / 2]. YaRN divides slow pairs by the factor, keeps fast ones, and
 * ramps between (Peng et al. 2023; with K2's betas of 1 the ramp is a step).
 */
export function inverseFrequencies(config: K2Config): Float64Array {
  const width = config.qkRopeHeadDim
  const theta = config.ropeTheta
  const plain = Float64Array.from({ length: width / 2 }, (_, k) => theta ** ((-2 * k) / width))
  const yarn = config.ropeScaling
  if (yarn === null) return plain
  const low = Math.max(Math.floor(pairOf(yarn.betaFast, width, theta, yarn)), 0)
  const ceiling = Math.min(Math.ceil(pairOf(yarn.betaSlow, width, theta, yarn)), width - 1)
  const high = ceiling === low ? low + 0.001 : ceiling
  return plain.map((frequency, k) => {
    const ramp = Math.min(Math.max((k - low) / (high - low), 0), 1)
    return (frequency / yarn.factor) * ramp + frequency * (1 - ramp)
  })
}

/** cos and sin of every position, each repeated for both elements of a pair: two tables [positions, qkRopeHeadDim]. */
export function rotaryTables(config: K2Config, positions: number): { cos: Float32Array; sin: Float32Array } {
  const frequencies = inverseFrequencies(config)
  const width = config.qkRopeHeadDim
  const yarn = config.ropeScaling
  const scale = yarn ? mscaleOf(yarn.factor, yarn.mscale) / mscaleOf(yarn.factor, yarn.mscaleAllDim) : 1
  const cos = new Float32Array(positions * width)
  const sin = new Float32Array(positions * width)
  for (let t = 0; t < positions; t++)
    for (let i = 0; i < width; i++) {
      const angle = t * frequencies[i >> 1]!
      cos[t * width + i] = Math.cos(angle) * scale
      sin[t * width + i] = Math.sin(angle) * scale
    }
  return { cos, sin }
}

/** The matrix that takes (x0, x1, …) to (−x1, x0, …), so that a rotation is two products and a sum, and so is its gradient. */
function quarterTurn(width: number): Tensor {
  const turn = new Float32Array(width * width)
  for (let i = 0; i < width; i += 2) {
    turn[(i + 1) * width + i] = -1
    turn[i * width + i + 1] = 1
  }
  return constant(turn, [width, width])
}

/** (x0, x1, …) to (−x1, x0, …) along the last dimension; a turn back is its gradient. */
function turned(x: Tensor): Tensor {
  const turn = (x: Tensor): Tensor =>
    kernel('quarterTurn', {}, [x], (x) => {
      const width = x!.shape.at(-1)!
      return [reshape(matmul(reshape(x!, [-1, width]), quarterTurn(width)), x!.shape)]
    })[0]!
  const [y] = customGrad(
    [x],
    (x) => [turn(x!)],
    (_, __, [g]) => [g ? neg(turn(g)) : null],
  )
  return y!
}

/**
 * Rotates adjacent pairs of the last dimension by their position's angle, in f32. `cos` and `sin` broadcast against `x`.
 */
export function rotate(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const wide = convert(x, 'f32')
  return convert(add(mul(wide, cos), mul(turned(wide), sin)), x.dtype)
}
