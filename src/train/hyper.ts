import { learningRate, type Schedule } from '../optim/schedule.ts'
import { decayStepsOf, type RunConfig } from './run-config.ts'
import type { HyperName } from './step.ts'

/** The schedule of learning rates whose top is `peak`. */
export function scheduleOf({ schedule, steps }: RunConfig, peak: number): Schedule {
  const decayEnd = steps - schedule.annealSteps
  return {
    peak,
    warmupSteps: schedule.warmupSteps,
    decayStart: decayEnd - decayStepsOf(schedule, steps),
    decayEnd,
    low: peak * schedule.decayRatio,
    annealSteps: schedule.annealSteps,
    final: peak * schedule.annealRatio,
  }
}

/** What step `step` (from 0) gives the program. Router biases rest while the learning rate anneals (Moonlight's cooldown). */
export function hyperAt(config: RunConfig, step: number): Readonly<Record<HyperName, number>> {
  const { optimizer, router, schedule } = config
  return {
    learningRate: learningRate(step, scheduleOf(config, optimizer.learningRate)),
    adamLearningRate: learningRate(step, scheduleOf(config, optimizer.adamLearningRate)),
    firstCorrection: 1 - optimizer.beta1 ** (step + 1),
    secondCorrection: 1 - optimizer.beta2 ** (step + 1),
    tau: optimizer.tau,
    biasRate: step < config.steps - schedule.annealSteps ? router.biasRate : 0,
  }
}
