import { axisSize, deviceCount, deviceGroups } from '../../../tensor/mesh.ts'
import type { CollectiveAttrs } from '../../../tensor/program.ts'
import { at, fill, type NdArray } from '../array.ts'
import type { ByDevice, LockstepRule, Party } from '../rule.ts'

function wantAxes({ axes, size }: CollectiveAttrs, { mesh }: Party): void {
  const found = axes.reduce((product, name) => product * axisSize(mesh, name), 1)
  if (found === size) return
  const wanted = `wants ${size} devices along ${axes.join(', ')}`
  if (deviceCount(mesh) === 1) throw new Error(`${wanted}; give the program's layout`)
  throw new Error(`${wanted}; the layout's mesh has ${found}`)
}

function wantEveryDevice({ mesh, devices }: Party): void {
  if (devices.length < deviceCount(mesh))
    throw new Error(
      `device ${devices.join()} is in a branch of a condition that others did not take; it would wait for ever`,
    )
}

/** The result of the device at `place` of a group whose devices bring `shards`, in the group's order. */
type FromGroup = (shards: readonly NdArray[], place: number) => NdArray

function amongGroups(attrs: CollectiveAttrs, inputs: ByDevice, party: Party, result: FromGroup): ByDevice {
  wantAxes(attrs, party)
  if (attrs.size === 1) return inputs
  wantEveryDevice(party)
  const outputs: NdArray[][] = inputs.map(() => [])
  for (const group of deviceGroups(party.mesh, attrs.axes)) {
    const shards = group.map((device) => inputs[device]![0]!)
    group.forEach((device, place) => {
      outputs[device] = [result(shards, place)]
    })
  }
  return outputs
}

const combine = {
  sum: (a: number, b: number) => a + b,
  max: Math.max,
} as const

const allReduce: LockstepRule<'allReduce'> = ({ attrs, outputs: [type] }, inputs, party) =>
  amongGroups(attrs, inputs, party, (shards) =>
    fill(type!, (_, i) => shards.map(({ data }) => data[i]!).reduce((a, b) => combine[attrs.kind](a, b))),
  )

const allGather: LockstepRule<'allGather'> = ({ attrs, outputs: [type] }, inputs, party) =>
  amongGroups(attrs, inputs, party, (shards) => {
    const own = shards[0]!.shape[attrs.dim]!
    return fill(type!, (index) => {
      const along = index[attrs.dim]!
      return at(shards[Math.floor(along / own)]!, index.with(attrs.dim, along % own))
    })
  })

const reduceScatter: LockstepRule<'reduceScatter'> = ({ attrs, outputs: [type] }, inputs, party) =>
  amongGroups(attrs, inputs, party, (shards, place) =>
    fill(type!, (index) => {
      const from = index.with(attrs.dim, index[attrs.dim]! + place * type!.shape[attrs.dim]!)
      return shards.reduce((sum, shard) => sum + at(shard, from), 0)
    }),
  )

const allToAll: LockstepRule<'allToAll'> = ({ attrs, outputs: [type] }, inputs, party) => {
  const { split, concat, size } = attrs
  return amongGroups(attrs, inputs, party, (shards, place) => {
    const part = shards[0]!.shape[split]! / size
    const own = type!.shape[concat]! / size
    return fill(type!, (index) => {
      const sender = Math.floor(index[concat]! / own)
      const from = [...index]
      from[concat]! %= own
      from[split]! += place * part
      return at(shards[sender]!, from)
    })
  })
}

/** Nobody else is asked, so that a device may want it alone. */
const axisIndex: LockstepRule<'axisIndex'> = ({ attrs }, _, party) => {
  wantAxes(attrs, party)
  const groups = deviceGroups(party.mesh, attrs.axes)
  return party.devices.map((device) => {
    const place = groups.find((group) => group.includes(device))!.indexOf(device)
    return [{ dtype: 'i32', shape: [], data: Int32Array.of(place) }]
  })
}

export const collectiveRules = { allReduce, allGather, reduceScatter, allToAll, axisIndex }
