import type { DeviceBuffer, Engine } from '../engine/engine.ts'
import type { ParameterSpec } from '../nn/parameters.ts'
import type { Plan } from '../nn/plan.ts'
import type { ReferenceRun, ReferenceSettings } from './reference-run.ts'
import { type HyperName, hyperNames, type MetricName, metricNames, trainingStep } from './step.ts'

export interface TrajectoryStep {
  readonly loss: number
  /** [layers · heads] */
  readonly maxLogits: Float32Array
  /** In all layers. */
  readonly headsClipped: number
}

/** What a few steps on one batch gave; to be disposed. */
export interface Trajectory extends AsyncDisposable {
  readonly steps: readonly TrajectoryStep[]
  readonly parameters: readonly (readonly [ParameterSpec, DeviceBuffer])[]
}

const stepOf = ({ config, settings, sequences, sequenceLength }: ReferenceRun, plan: Plan) =>
  trainingStep(config, {
    accumulation: 1,
    sequences,
    sequenceLength,
    separateDocuments: false,
    optimizer: {
      kind: 'muonclip',
      momentum: settings.momentum,
      nesterov: settings.nesterov,
      newtonSchulzSteps: settings.ns_steps,
      beta1: settings.adamw.betas[0],
      beta2: settings.adamw.betas[1],
      epsilon: settings.adamw.eps,
      weightDecay: settings.weight_decay,
      matrices: 'tensor',
    },
    biasRule: 'deepseek',
    balanceLoss: 0,
    plan,
  })

/** @param step from 1 */
function hyperValues({ lr, tau, adamw: { betas } }: ReferenceSettings, step: number): number[] {
  const values: Record<HyperName, number> = {
    learningRate: lr,
    adamLearningRate: lr,
    firstCorrection: 1 - betas[0] ** step,
    secondCorrection: 1 - betas[1] ** step,
    tau,
    biasRate: 0,
  }
  return hyperNames.map((name) => values[name])
}

async function metricsOf(outputs: readonly DeviceBuffer[]): Promise<TrajectoryStep> {
  const read = async (name: MetricName) => outputs[metricNames.indexOf(name)]!.read()
  const [loss, maxLogits, clipped] = [await read('loss'), await read('maxLogits'), await read('headsClipped')]
  return {
    loss: loss[0]!,
    // A copy, because the buffer is disposed.
    maxLogits: Float32Array.from(maxLogits),
    headsClipped: Array.from(clipped).reduce((total, heads) => total + heads, 0),
  }
}

/** Takes the steps of a reference with the program that training runs. */
export async function runTrajectory(
  engine: Engine,
  reference: ReferenceRun,
  plan: Plan,
): Promise<Trajectory> {
  const { program, specs, state } = stepOf(reference, plan)
  const executable = await engine.compile(program, { donate: state.length })
  const ids = {
    dtype: 'i32' as const,
    shape: [1, reference.sequences, reference.sequenceLength],
  }
  const batch = [engine.upload(ids, reference.inputIds), engine.upload(ids, reference.targetIds)]
  let held = state.map(({ name, shape }) =>
    engine.upload({ dtype: 'f32', shape }, reference.weights.get(name)),
  )
  const dispose = async (): Promise<void> => {
    for (const buffer of [...batch, ...held]) buffer[Symbol.dispose]()
    executable[Symbol.dispose]()
  }
  const steps: TrajectoryStep[] = []
  try {
    for (let step = 1; step <= reference.settings.steps; step++) {
      const hyper = hyperValues(reference.settings, step).map((value) =>
        engine.upload({ dtype: 'f32', shape: [] }, Float32Array.of(value)),
      )
      const outputs = await executable.run([...held, ...batch, ...hyper])
      held = outputs.slice(0, state.length)
      const metrics = outputs.slice(state.length)
      steps.push(await metricsOf(metrics))
      for (const buffer of [...hyper, ...metrics]) buffer[Symbol.dispose]()
    }
  } catch (error) {
    await dispose()
    throw error
  }
  return { steps, parameters: specs.map((spec, i) => [spec, held[i]!]), [Symbol.asyncDispose]: dispose }
}
