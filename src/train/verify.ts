/** Whether an engine computes what others computed: forward, backward and a trajectory of the optimizer. */
import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import type { K2Config } from '../nn/config.ts'
import { crossEntropy, logits } from '../nn/loss.ts'
import { forward } from '../nn/model.ts'
import { type ParameterSpec, parameterSpecs } from '../nn/parameters.ts'
import { param } from '../nn/params.ts'
import { computeWeights, hostPlan, type Plan } from '../nn/plan.ts'
import { grad } from '../tensor/grad.ts'
import { convert } from '../tensor/ops/elementwise.ts'
import { scalar } from '../tensor/ops/leaf.ts'
import { broadcast, reshape } from '../tensor/ops/shape.ts'
import type { Program } from '../tensor/program.ts'
import { trace } from '../tensor/trace.ts'
import type { Type } from '../tensor/types.ts'
import { clippedHeads } from './clipped-heads.ts'
import { openReferenceRun, type ReferenceRun } from './reference-run.ts'
import {
  type Difference,
  difference,
  type NamedDifference,
  overall,
  parameterDifferences,
  worst,
} from './tensor-difference.ts'
import { runTrajectory, type Trajectory } from './trajectory.ts'

/** One comparison; it passes where the value is at most the bound. */
export interface Check {
  readonly name: string
  /** The largest difference. */
  readonly value: number
  readonly bound: number
  readonly pass: boolean
  /** Where it is, or what was compared. */
  readonly detail: string
}

export interface Verification {
  readonly directory: string
  readonly engine: string
  readonly checks: readonly Check[]
  readonly pass: boolean
  readonly warnings: readonly string[]
}

interface Bounds {
  /**
   * What is bounded of logits, gradients and final weights: the largest difference, of gradients relative to a tensor's
   * largest; or, where a rounding now and then sends a token to another expert, the length of all differences over that
   * of the reference.
   */
  readonly of: 'largest' | 'overall'
  readonly logits: number
  readonly loss: number
  readonly gradients: number
  readonly maxLogits: number
  readonly trajectoryLosses: number
  /** As far as the weights may be apart. */
  readonly trajectoryMaxLogits: number
  readonly headsClipped: number
  readonly finalWeights: number
}

/** Largest differences that float32 in another order explains, and those of products in bf16, which has 8 bits. */
const boundsOf: { readonly [D in Plan['dtype']]: Bounds } = {
  f32: {
    of: 'largest',
    logits: 2e-4,
    loss: 1e-5,
    gradients: 1e-3,
    maxLogits: 1e-4,
    trajectoryLosses: 1e-4,
    trajectoryMaxLogits: 1e-3,
    headsClipped: 0,
    finalWeights: 1e-3,
  },
  bf16: {
    of: 'overall',
    logits: 0.2,
    loss: 1e-2,
    gradients: 0.3,
    maxLogits: 0.05,
    trajectoryLosses: 0.15,
    trajectoryMaxLogits: 0.5,
    // Heads whose largest logits lie at τ fall on either side.
    headsClipped: 16,
    finalWeights: 0.1,
  },
}

const check = (name: string, value: number, bound: number, detail = ''): Check => ({
  name,
  value,
  bound,
  pass: value <= bound,
  detail,
})

/** Parameters, then `inputIds` and `targetIds` [B, T], to logits, mean loss, largest attention logits and gradients. */
function forwardAndBackward(
  c: K2Config,
  specs: readonly ParameterSpec[],
  trained: readonly ParameterSpec[],
  ids: Type,
  plan: Plan,
): Program {
  const parameters = specs.map(({ shape }): Type => ({ dtype: 'f32', shape }))
  return trace('forward_and_backward', [...parameters, ids, ids], (...inputs) => {
    const params = Object.fromEntries(specs.map(({ name }, i) => [name, inputs[i]!]))
    const [inputIds, targetIds] = inputs.slice(specs.length)
    const weights = computeWeights(params, specs, plan)
    const head = param(weights, 'lm_head.weight')
    // Everything is above this τ: largest logits are computed, not bounded.
    const tau = scalar(Number.NEGATIVE_INFINITY)
    const { hidden_ND, maxLogits_LH } = forward(weights, c, inputIds!, null, plan, tau)
    const tokens = hidden_ND.shape[0]!
    const weight = broadcast(scalar(1 / tokens), [tokens])
    const { total } = crossEntropy(hidden_ND, head, reshape(targetIds!, [tokens]), weight, plan)
    const gradients = grad(
      total,
      trained.map(({ name }) => param(params, name)),
    )
    return [convert(logits(hidden_ND, head), 'f32'), total, maxLogits_LH, ...gradients]
  })
}

/** A row for the worst of many tensors, or for all of them together. */
function worstTensor(
  name: string,
  found: readonly NamedDifference[],
  by: 'absolute' | 'relative',
  bound: number,
  of: Bounds['of'],
): Check {
  if (of === 'overall') return check(name, overall(found), bound, 'all together, relative')
  const at = worst(found, (d) => d[by])!
  const other = by === 'absolute' ? 'relative' : 'absolute'
  return check(name, at[by], bound, `${at.name} (${other} ${at[other].toExponential(1)})`)
}

const logitsCheck = (found: Difference, { of, logits }: Bounds): Check =>
  of === 'overall'
    ? check('logits', overall([found]), logits, 'all together, relative')
    : check('logits', found.absolute, logits)

async function checkGradients(engine: Engine, reference: ReferenceRun, plan: Plan): Promise<Check[]> {
  const bounds = boundsOf[plan.dtype]
  const { config, settings, weights, sequences, sequenceLength } = reference
  const specs = parameterSpecs(config)
  const trained = specs.filter(({ kind }) => kind !== 'routerBias')
  const ids: Type = { dtype: 'i32', shape: [sequences, sequenceLength] }
  const executable = await engine.compile(forwardAndBackward(config, specs, trained, ids, plan))
  const inputs = [
    ...specs.map(({ name, shape }) => engine.upload({ dtype: 'f32', shape }, weights.get(name)!)),
    engine.upload(ids, reference.inputIds),
    engine.upload(ids, reference.targetIds),
  ]
  let outputs: DeviceBuffer[] = []
  try {
    outputs = await executable.run(inputs)
    const [logits, loss, maxLogits, ...gradients] = await Promise.all(outputs.map((buffer) => buffer.read()))
    const theirLoss = settings.loss_initial ?? settings.losses[0]
    const found: NamedDifference[] = []
    for (const [i, spec] of trained.entries())
      found.push(...(await parameterDifferences(spec, gradients[i]!, reference.gradients)))
    return [
      logitsCheck(difference(logits!, reference.logits), bounds),
      ...(theirLoss === undefined ? [] : [check('loss', Math.abs(loss![0]! - theirLoss), bounds.loss)]),
      check('max attention logits', difference(maxLogits!, reference.maxLogits).absolute, bounds.maxLogits),
      worstTensor('gradients', found, 'relative', bounds.gradients, bounds.of),
    ]
  } finally {
    for (const buffer of [...inputs, ...outputs]) buffer[Symbol.dispose]()
    executable[Symbol.dispose]()
  }
}

function checkSteps(reference: ReferenceRun, { steps }: Trajectory, bounds: Bounds): Check[] {
  const { losses, max_logits_per_step: maxima } = reference.settings
  const apart = steps.map(({ loss }, step) => ({ step, value: Math.abs(loss - losses[step]!) }))
  const lossAt = worst(apart, ({ value }) => value)!
  const checks = [
    check('losses of the steps', lossAt.value, bounds.trajectoryLosses, `step ${lossAt.step + 1}`),
  ]
  if (maxima) {
    const theirs = maxima.map((layers) => layers.flat())
    const found = steps.map(({ maxLogits }, step) => ({ step, ...difference(maxLogits, theirs[step]!) }))
    const at = worst(found, ({ absolute }) => absolute)!
    checks.push(
      check('max logits of the steps', at.absolute, bounds.trajectoryMaxLogits, `step ${at.step + 1}`),
    )
  }
  const clipped = clippedHeads(reference.settings, steps)
  return clipped
    ? [...checks, check('heads clipped', clipped.differing, bounds.headsClipped, clipped.detail)]
    : checks
}

async function checkTrajectory(engine: Engine, reference: ReferenceRun, plan: Plan): Promise<Check[]> {
  const bounds = boundsOf[plan.dtype]
  const { finalWeights } = reference
  if (finalWeights === null) return []
  await using trajectory = await runTrajectory(engine, reference, plan)
  const found: NamedDifference[] = []
  for (const [spec, buffer] of trajectory.parameters)
    found.push(...(await parameterDifferences(spec, await buffer.read(), finalWeights)))
  return [
    ...checkSteps(reference, trajectory, bounds),
    worstTensor('final weights', found, 'absolute', bounds.finalWeights, bounds.of),
  ]
}

/**
 * Computes on `engine` what a directory of reference tensors holds, and compares.
 *
 * @param plan how the model is written for the engine; its dtype decides the bounds
 * @throws UserError where the directory is incomplete or damaged
 */
export async function verify(
  directory: string,
  engine: Engine,
  plan: Plan = hostPlan,
): Promise<Verification> {
  await using reference = await openReferenceRun(directory)
  const checks = [
    ...(await checkGradients(engine, reference, plan)),
    ...(await checkTrajectory(engine, reference, plan)),
  ]
  const { warnings } = reference
  return { directory, engine: engine.name, checks, pass: checks.every(({ pass }) => pass), warnings }
}
