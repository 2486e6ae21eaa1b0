import { type Builder, emit, type Ssa } from '../builder.ts'
import { type TensorType, tensorType, typeList } from '../tensor-type.ts'
import type { LaunchedKernel } from './tile.ts'

/**
 * How the launch is spelled: `attribute` is what JAX writes, a dictionary in `mhlo.backend_config`; `typed` is
 * StableHLO's own form for the same, the dictionary in `backend_config`.
 */
const spelling: 'typed' | 'attribute' = 'attribute'

/** Text between MLIR's double quotes: quotes, backslashes and ends of lines as `\XX`. */
const quoted = (text: string): string =>
  `"${text.replace(/["\\\n]/g, (c) => `\\${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)}"`

/** The layout attribute of a tensor: its last dimension varies fastest. */
function rowMajor({ shape: { length: rank } }: TensorType): string {
  if (rank === 0) return 'dense<> : tensor<0xindex>'
  const order = Array.from({ length: rank }, (_, d) => rank - 1 - d)
  return `dense<[${order.join(', ')}]> : tensor<${rank}xindex>`
}

/**
 * A custom call that XLA's GPU plugin compiles with Triton and launches. The kernel's arguments are pointers to the
 * operands and then to the result.
 */
export function tritonCall(
  b: Builder,
  { name, ir, programs, warps, stages }: LaunchedKernel,
  operands: readonly Ssa[],
  result: TensorType,
  form: 'typed' | 'attribute' = spelling,
): Ssa {
  const launch = [
    'debug = false',
    `grid_x = ${programs} : i32`,
    'grid_y = 1 : i32',
    'grid_z = 1 : i32',
    `ir = ${quoted(ir)}`,
    `name = "${name}"`,
    `num_stages = ${stages} : i32`,
    `num_warps = ${warps} : i32`,
  ].join(', ')
  const config =
    form === 'typed'
      ? `api_version = 4 : i32, backend_config = {${launch}}`
      : `backend_config = "", mhlo.backend_config = {${launch}}`
  const layouts = `operand_layouts = [${operands.map(rowMajor).join(', ')}], result_layouts = [${rowMajor(result)}]`
  const names = operands.map((operand) => operand.name).join(', ')
  return emit(
    b,
    result,
    `stablehlo.custom_call @__gpu$xla.gpu.triton(${names}) {${config}, ${layouts}} : ${typeList(operands)} -> ${tensorType(result)}`,
  )
}
