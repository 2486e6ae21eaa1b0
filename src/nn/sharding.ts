/** How the devices of a mesh share the parameters. */
import { axisSize, type Mesh, type Sharding } from '../tensor/mesh.ts'
import { gatherOver, placeAmong, sumOver, sumScatterOver } from '../tensor/ops/collective.ts'
import { customGrad } from '../tensor/ops/control.ts'
import { convert, mul } from '../tensor/ops/elementwise.ts'
import { scalar } from '../tensor/ops/leaf.ts'
import { dynamicSlice } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'
import type { DType } from '../tensor/types.ts'
import { meshAxes, tokenAxes } from './mesh-axes.ts'
import type { ParameterSpec } from './parameters.ts'

/** The dimension of a projection that is cut by heads or by width, so that each device computes its part alone. */
function tensorDimension({ name, experts }: ParameterSpec): number | null {
  const stacked = experts === undefined ? 0 : 1
  if (/(q_b_proj|self_attn\.q_proj|kv_b_proj|gate_proj|up_proj)\.weight$/.test(name)) return stacked
  if (/(o_proj|down_proj)\.weight$/.test(name)) return stacked + 1
  return null
}

/** What a device computes with: its experts (axis `expert`), and of those and of all else its heads and widths (`tensor`). */
function computeSharding(spec: ParameterSpec, mesh: Mesh): Sharding {
  const byTensor = axisSize(mesh, meshAxes.tensor) > 1 ? tensorDimension(spec) : null
  const byExpert = spec.experts !== undefined && axisSize(mesh, meshAxes.expert) > 1
  return spec.shape.map((_, d) => [
    ...(byExpert && d === 0 ? [meshAxes.expert] : []),
    ...(d === byTensor ? [meshAxes.tensor] : []),
  ])
}

/** Axes whose devices would hold copies of what {@link computeSharding} gives each, and could share it instead. */
const copyAxes = (sharding: Sharding, mesh: Mesh): string[] =>
  tokenAxes.filter((axis) => axisSize(mesh, axis) > 1 && !sharding.flat().includes(axis))

/**
 * Where a device keeps parameters, gradients and the optimizer's state: its part of what it computes with, shared out
 * among the devices that would hold copies (ZeRO). Vectors are too small to be worth it.
 */
export function stateSharding(spec: ParameterSpec, mesh: Mesh): Sharding {
  const own = computeSharding(spec, mesh)
  if (spec.shape.length < 2) return own
  const cut: string[][] = own.map((axes) => [...axes])
  const parts = (d: number): number => cut[d]!.reduce((product, axis) => product * axisSize(mesh, axis), 1)
  for (const axis of copyAxes(own, mesh)) {
    const d = spec.shape.findIndex((size, d) => size % (parts(d) * axisSize(mesh, axis)) === 0)
    if (d >= 0) cut[d]!.push(axis)
  }
  return cut
}

/** Axes of `inner` that `outer` does not have, for each dimension. */
const further = (inner: Sharding, outer: Sharding): Sharding =>
  inner.map((axes, d) => axes.filter((axis) => !outer[d]!.includes(axis)))

/** What a device computes with, from what the devices keep. */
export const gathered = (kept: Tensor, spec: ParameterSpec, mesh: Mesh): Tensor =>
  further(stateSharding(spec, mesh), computeSharding(spec, mesh)).reduce(
    (x, axes, d) => gatherOver(x, mesh, axes, d),
    kept,
  )

/**
 * What a device computes with, in a narrower dtype: the devices send each other narrow numbers forwards, and add up
 * gradients in the kept dtype backwards.
 */
export function gatheredAs(kept: Tensor, dtype: DType, spec: ParameterSpec, mesh: Mesh): Tensor {
  if (dtype === kept.dtype) return gathered(kept, spec, mesh)
  const [y] = customGrad(
    [kept],
    (kept) => [gathered(convert(kept!, dtype), spec, mesh)],
    (_, __, [g]) => [g ? shareOf(convert(g, kept.dtype), spec, mesh) : null],
  )
  return y!
}

/** This device's share of a sum over the devices that share what it computes with. */
const shareOf = (x: Tensor, spec: ParameterSpec, mesh: Mesh): Tensor =>
  further(stateSharding(spec, mesh), computeSharding(spec, mesh)).reduce(
    (part, axes, d) => sumScatterOver(part, mesh, axes, d),
    x,
  )

/**
 * This device's share of a gradient, summed over all devices.
 *
 * @param gradient of what the device computes with, its own part of the sum
 */
export function scattered(gradient: Tensor, spec: ParameterSpec, mesh: Mesh): Tensor {
  return summed(shareOf(gradient, spec, mesh), stateSharding(spec, mesh), mesh)
}

/** The sum over the devices of every axis that does not cut the tensor. */
export const summed = (x: Tensor, sharding: Sharding, mesh: Mesh): Tensor =>
  sumOver(
    x,
    mesh,
    mesh.axes.map(({ name }) => name).filter((name) => !sharding.flat().includes(name)),
  )

/** How many devices hold copies of a shard. */
export const copies = (sharding: Sharding, mesh: Mesh): number =>
  mesh.axes.reduce(
    (product, { name, size }) => (sharding.flat().includes(name) ? product : product * size),
    1,
  )

/** This device's shard of a tensor that it holds whole. */
export function shardOf(x: Tensor, sharding: Sharding, mesh: Mesh): Tensor {
  const parts = sharding.map((axes) => axes.reduce((product, axis) => product * axisSize(mesh, axis), 1))
  if (parts.every((count) => count === 1)) return x
  const sizes = x.shape.map((size, d) => size / parts[d]!)
  const starts = sharding.map((axes, d) =>
    parts[d] === 1 ? scalar(0, 'i32') : mul(placeAmong(mesh, axes), sizes[d]!),
  )
  return dynamicSlice(x, starts, sizes)
}
