import { deviceCount, type Layout, type Placement, type Sharding, wholeShape } from '../../tensor/mesh.ts'
import type { Program } from '../../tensor/program.ts'
import { sameType, showType, type Type } from '../../tensor/types.ts'
import { UserError } from '../../user-error.ts'
import type { CompileOptions } from '../engine.ts'
import type { XlaDevice } from './device.ts'
import { type Spread, spreadOf } from './spread.ts'

/** What an executable's inputs and outputs are, whole, and where their parts lie. */
export interface Signature {
  readonly program: Program
  readonly donate: number
  readonly inputs: readonly Spread[]
  readonly outputs: readonly Spread[]
}

/**
 * The whole tensors that a program takes and gives: with a layout, its own types are those of one device's shards.
 *
 * @throws Error if an input cannot be donated
 */
export function signatureOf(program: Program, { donate = 0, layout }: CompileOptions): Signature {
  const spreads = (types: readonly Type[], shardings: readonly Sharding[] | undefined) =>
    types.map((type, i) => wholeSpread(type, layout, shardings?.[i]))
  const signature = {
    program,
    donate,
    inputs: spreads(program.inputs, layout?.inputs),
    outputs: spreads(program.outputs, layout?.outputs),
  }
  for (let i = 0; i < donate; i++) checkDonation(signature, i)
  return signature
}

function wholeSpread(shard: Type, layout: Layout | undefined, sharding: Sharding | undefined): Spread {
  if (layout === undefined) return spreadOf(shard)
  const placement: Placement = { mesh: layout.mesh, sharding: sharding ?? shard.shape.map(() => []) }
  return spreadOf({ dtype: shard.dtype, shape: wholeShape(shard.shape, placement) }, placement)
}

function checkDonation({ program, inputs, outputs }: Signature, i: number): void {
  const [input, output] = [inputs[i], outputs[i]]
  if (input && output && sameType(input.type, output.type) && input.key === output.key) return
  throw new Error(
    `${program.name}: input ${i} cannot be donated: it is ${input ? showType(input.type) : 'missing'}, ` +
      `output ${i} is ${output ? showType(output.type) : 'missing'}; they must have one type and lie alike`,
  )
}

/** The devices that a program runs on, in the order of its mesh. @throws UserError if there are too few */
export function devicesFor(layout: Layout | undefined, devices: readonly XlaDevice[]): readonly XlaDevice[] {
  const count = layout === undefined ? 1 : deviceCount(layout.mesh)
  if (count === 1) return devices.filter(({ addressable }) => addressable).slice(0, 1)
  if (count > devices.length)
    throw new UserError(
      `The mesh ${layout!.mesh.axes.map(({ name, size }) => `${name}=${size}`).join(' × ')} has ${count} devices, ` +
        `the xla engine ${devices.length}: make mesh smaller, or start with more devices (tsukimi devices lists them)`,
    )
  const used = devices.slice(0, count)
  if (!used.some(({ addressable }) => addressable))
    throw new UserError(
      `The mesh's ${count} devices are all of other processes, of ${devices.length} in all: make mesh larger, or ` +
        'start fewer processes',
    )
  return used
}
