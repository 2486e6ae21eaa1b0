import {
  deviceCount,
  type Layout,
  type Mesh,
  type Placement,
  replicated,
  type Sharding,
  wholeShape,
} from '../../tensor/mesh.ts'
import type { Program } from '../../tensor/program.ts'
import { showType, type Type } from '../../tensor/types.ts'
import type { NdArray } from './array.ts'
import { acceptInput, type InputNumbers, interpretInLockstep, wantInputCount } from './interpret.ts'
import { samePlacement, shardOf, wholeOf } from './shards.ts'

/** An input or output of a per-device program, over the whole mesh. */
export interface Port extends Type {
  readonly placement: Placement
  /** For messages: `step: input 3 is f32[8,4], f32[2,4] on each of 4 devices`. */
  readonly text: string
}

export interface Ports {
  readonly mesh: Mesh
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}

/** A program for one device needs no layout. */
const onOneDevice = ({ inputs, outputs }: Program): Layout => {
  const wholes = (types: readonly Type[]): Sharding[] => types.map(({ shape }) => replicated(shape.length))
  return { mesh: { axes: [] }, inputs: wholes(inputs), outputs: wholes(outputs) }
}

function portsOf(program: Program, { mesh, ...shardings }: Layout, side: 'inputs' | 'outputs'): Port[] {
  const types = program[side]
  if (types.length !== shardings[side].length)
    throw new Error(`${program.name}: ${types.length} ${side}, the layout has ${shardings[side].length}`)
  return types.map((local, i) => {
    const name = `${program.name}: ${side === 'inputs' ? 'input' : 'output'} ${i}`
    const placement: Placement = { mesh, sharding: shardings[side][i]! }
    try {
      const whole: Type = { dtype: local.dtype, shape: wholeShape(local.shape, placement) }
      const count = deviceCount(mesh)
      const each = count > 1 ? `, ${showType(local)} on each of ${count} devices` : ''
      return { ...whole, placement, text: `${name} is ${showType(whole)}${each}` }
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
    }
  })
}

/**
 * What a per-device program takes and gives over the mesh of its layout.
 *
 * @throws Error when the layout is not one for this program, or donated inputs and outputs are spread differently
 */
export function portsOver(program: Program, layout: Layout = onOneDevice(program), donate = 0): Ports {
  const names = layout.mesh.axes.map(({ name }) => name)
  if (new Set(names).size < names.length)
    throw new Error(`${program.name}: two axes of the mesh have one name: ${names.join(', ')}`)
  const inputs = portsOf(program, layout, 'inputs')
  const outputs = portsOf(program, layout, 'outputs')
  inputs.slice(0, donate).forEach((input, i) => {
    const output = outputs[i]
    if (
      output &&
      !(showType(input) === showType(output) && samePlacement(input, input.placement, output.placement))
    )
      throw new Error(`${input.text}, and it is donated, but ${output.text}, or lies elsewhere`)
  })
  return { mesh: layout.mesh, inputs, outputs }
}

/** Computes a per-device program on whole inputs, given what {@link portsOver} says of it. */
export function interpretPorts(
  program: Program,
  { mesh, inputs, outputs }: Ports,
  given: readonly InputNumbers[],
): readonly NdArray[] {
  wantInputCount(program, given)
  const wholes = inputs.map((port, i) => acceptInput(port, given[i], port.text))
  const devices = Array.from({ length: deviceCount(mesh) }, (_, device) => device)
  const shards = devices.map((device) =>
    wholes.map((whole, i) => shardOf(whole, inputs[i]!.placement, device)),
  )
  const made = interpretInLockstep(program, shards, { mesh, devices })
  return outputs.map((port, i) => {
    const parts = made.map((own) => own[i]!)
    try {
      return wholeOf(port, parts, port.placement)
    } catch (error) {
      throw new Error(`${port.text}: ${(error as Error).message}`, { cause: error })
    }
  })
}

/**
 * {@link interpret} for a program that is written for one device of a mesh: whole inputs are cut into shards, the
 * devices run in lockstep, and outputs are put together.
 *
 * @throws Error when devices disagree about an output of which they hold copies
 */
export const interpretOnDevices = (
  program: Program,
  layout: Layout,
  inputs: readonly InputNumbers[],
): readonly NdArray[] => interpretPorts(program, portsOver(program, layout), inputs)
