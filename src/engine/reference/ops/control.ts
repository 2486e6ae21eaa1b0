import type { NdArray } from '../array.ts'
import { newArray } from '../array.ts'
import type { Rule } from '../rule.ts'

const row = (x: NdArray, trip: number): NdArray => {
  const shape = x.shape.slice(1)
  const size = x.data.length / x.shape[0]!
  return { dtype: x.dtype, shape, data: x.data.subarray(trip * size, (trip + 1) * size) }
}

const loop: Rule<'loop'> = ({ attrs, outputs }, inputs, run) => {
  const { trips, body, carries, sliced } = attrs
  let carry = inputs.slice(0, carries)
  const slices = inputs.slice(carries, carries + sliced)
  const constants = inputs.slice(carries + sliced)
  const rows = outputs.slice(carries).map(newArray)
  for (let trip = 0; trip < trips; trip++) {
    const index: NdArray = { dtype: 'i32', shape: [], data: Int32Array.of(trip) }
    const made = run(body, [index, ...carry, ...slices.map((x) => row(x, trip)), ...constants])
    carry = made.slice(0, carries)
    rows.forEach((stacked, i) => {
      const { data } = made[carries + i]!
      stacked.data.set(data, trip * data.length)
    })
  }
  return [...carry, ...rows]
}

const cond: Rule<'cond'> = ({ attrs: { whenTrue, whenFalse } }, [predicate, ...args], run) =>
  run(predicate!.data[0] ? whenTrue : whenFalse, args)

const checkpoint: Rule<'checkpoint'> = ({ attrs: { body } }, inputs, run) => run(body, inputs)

const customGrad: Rule<'customGrad'> = ({ attrs: { body } }, inputs, run) => run(body, inputs)

const kernel: Rule<'kernel'> = ({ attrs: { body } }, inputs, run) => run(body, inputs)

const stopGradient: Rule<'stopGradient'> = (_, inputs) => inputs

const barrier: Rule<'barrier'> = (_, inputs) => inputs

export const controlRules = { stopGradient, barrier, loop, cond, checkpoint, customGrad, kernel }
