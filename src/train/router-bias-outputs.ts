import type { StepProgram } from './step.ts'

/** Where the router biases stand among a step's parameters, in the order of the layers. */
const biasIndices = ({ specs }: StepProgram): readonly number[] =>
  specs.flatMap((spec, i) => (spec.kind === 'routerBias' ? [i] : []))

/**
 * The step with its new router biases once more after the metrics. Those in the state are donated to the next step,
 * which may begin before anybody has read them.
 */
export function withBiasOutputs(step: StepProgram): StepProgram {
  const { program, layout } = step
  const withBiases = <T>(outputs: readonly T[]): T[] => [
    ...outputs,
    ...biasIndices(step).map((i) => outputs[i]!),
  ]
  return {
    ...step,
    program: { ...program, outputs: withBiases(program.outputs) },
    ...(layout && { layout: { ...layout, outputs: withBiases(layout.outputs) } }),
  }
}
