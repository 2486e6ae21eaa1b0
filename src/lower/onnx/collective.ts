import type { CollectiveAttrs, EquationOf } from '../../tensor/program.ts'
import { type Builder, initializer, placeOf, put } from './builder.ts'
import type { Rules } from './rule.ts'

type Collective = 'allReduce' | 'allGather' | 'reduceScatter' | 'allToAll'

function wantOneDevice({ axes, size }: CollectiveAttrs): void {
  if (size > 1)
    throw new Error(`the onnx engine has one device, the program wants ${size} along ${axes.join(', ')}`)
}

/** Among one device, each of them is the identity. */
function identity(b: Builder, { inputs: [x], attrs, outputs: [y] }: EquationOf<Collective>): void {
  wantOneDevice(attrs)
  put(b, y!, placeOf(b, x!).name, placeOf(b, x!).shape)
}

export const collectiveRules: Rules<Collective | 'axisIndex'> = {
  allReduce: identity,
  allGather: identity,
  reduceScatter: identity,
  allToAll: identity,
  axisIndex(b, { attrs, outputs: [y] }) {
    wantOneDevice(attrs)
    put(b, y!, initializer(b, 'i32', [], new Uint8Array(4)))
  },
}
