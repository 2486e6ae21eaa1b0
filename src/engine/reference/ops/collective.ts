import type { CollectiveAttrs, EquationOf } from '../../../tensor/program.ts'
import type { NdArray } from '../array.ts'

type Collective = 'allReduce' | 'allGather' | 'reduceScatter' | 'allToAll'

function wantOneDevice({ axes, size }: CollectiveAttrs): void {
  if (size > 1) throw new Error(`wants ${size} devices along ${axes.join(', ')}; give the program's layout`)
}

/** Among one device, each of them is the identity. With more, see devices.ts. */
const identity = ({ attrs }: EquationOf<Collective>, inputs: readonly NdArray[]): readonly NdArray[] => {
  wantOneDevice(attrs)
  return inputs
}

const axisIndex = ({ attrs }: EquationOf<'axisIndex'>): readonly NdArray[] => {
  wantOneDevice(attrs)
  return [{ dtype: 'i32', shape: [], data: Int32Array.of(0) }]
}

export const collectiveRules = {
  allReduce: identity,
  allGather: identity,
  reduceScatter: identity,
  allToAll: identity,
  axisIndex,
}
