import type { EquationOf } from '../../../tensor/program.ts'
import type { NdArray } from '../array.ts'
import { newArray } from '../array.ts'
import type { ByDevice, LockstepRule, Party, Rule, RunRegion } from '../rule.ts'

const row = (x: NdArray, trip: number): NdArray => {
  const shape = x.shape.slice(1)
  const size = x.data.length / x.shape[0]!
  return { dtype: x.dtype, shape, data: x.data.subarray(trip * size, (trip + 1) * size) }
}

const loop: LockstepRule<'loop'> = ({ attrs, outputs }, inputs, party, run) => {
  const { trips, body, carries, sliced } = attrs
  let carry: ByDevice = inputs.map((own) => own.slice(0, carries))
  const rows = inputs.map(() => outputs.slice(carries).map(newArray))
  for (let trip = 0; trip < trips; trip++) {
    const index: NdArray = { dtype: 'i32', shape: [], data: Int32Array.of(trip) }
    const given = inputs.map((own, lane) => [
      index,
      ...carry[lane]!,
      ...own.slice(carries, carries + sliced).map((x) => row(x, trip)),
      ...own.slice(carries + sliced),
    ])
    const made = run(body, given, party)
    carry = made.map((own) => own.slice(0, carries))
    rows.forEach((stacks, lane) => {
      stacks.forEach((stacked, i) => {
        const { data } = made[lane]![carries + i]!
        stacked.data.set(data, trip * data.length)
      })
    })
  }
  return carry.map((own, lane) => [...own, ...rows[lane]!])
}

/** Devices whose predicates differ go on alone. */
const cond: LockstepRule<'cond'> = ({ attrs: { whenTrue, whenFalse } }, inputs, party, run) => {
  const chosen = inputs.map(([predicate]) => (predicate!.data[0] ? whenTrue : whenFalse))
  const args = inputs.map((own) => own.slice(1))
  if (chosen.every((branch) => branch === chosen[0])) return run(chosen[0]!, args, party)
  return party.devices.flatMap((device, lane) =>
    run(chosen[lane]!, [args[lane]!], { mesh: party.mesh, devices: [device] }),
  )
}

const runBody = (
  { attrs: { body } }: EquationOf<'checkpoint' | 'customGrad' | 'kernel'>,
  inputs: ByDevice,
  party: Party,
  run: RunRegion,
): ByDevice => run(body, inputs, party)

const identity = (_: unknown, inputs: readonly NdArray[]): readonly NdArray[] => inputs

export const controlRules = {
  stopGradient: identity,
  barrier: identity,
} satisfies { readonly [N in 'stopGradient' | 'barrier']: Rule<N> }

export const regionRules = { loop, cond, checkpoint: runBody, customGrad: runBody, kernel: runBody }
