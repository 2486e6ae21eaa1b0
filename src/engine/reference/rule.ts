import type { Mesh } from '../../tensor/mesh.ts'
import type { EquationOf, OpName, Program } from '../../tensor/program.ts'
import type { NdArray } from './array.ts'

/** What an op computes on one device. Outputs have the equation's output types. */
export type Rule<N extends OpName> = (
  equation: EquationOf<N>,
  inputs: readonly NdArray[],
) => readonly NdArray[]

/** Ops in which devices hear of each other, or whose bodies may hold such ops. */
export type LockstepOp =
  | 'loop'
  | 'cond'
  | 'checkpoint'
  | 'customGrad'
  | 'kernel'
  | 'allReduce'
  | 'allGather'
  | 'reduceScatter'
  | 'allToAll'
  | 'axisIndex'

/** For each device that takes part, in the order of `Party.devices`, the values of its program. */
export type ByDevice = readonly (readonly NdArray[])[]

/** Devices that compute the same equation at the same time. */
export interface Party {
  readonly mesh: Mesh
  /** All of the mesh, ascending, or one that went its own way. */
  readonly devices: readonly number[]
}

/** Runs a region on the devices of a party. */
export type RunRegion = (program: Program, inputs: ByDevice, party: Party) => ByDevice

/** What an op computes on all devices of a party. */
export type LockstepRule<N extends LockstepOp> = (
  equation: EquationOf<N>,
  inputs: ByDevice,
  party: Party,
  run: RunRegion,
) => ByDevice
