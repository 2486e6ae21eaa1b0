import type { LaunchedKernel } from './tile.ts'

/**
 * Which of two spellings XLA's Triton call is written in. `typed` is StableHLO's own form, with the launch as a
 * dictionary in `backend_config`; `attribute` is what JAX writes, the same dictionary in `mhlo.backend_config`.
 */
const spelling: 'typed' | 'attribute' = 'attribute'

/** Text between MLIR's double quotes: quotes, backslashes and control characters as `\XX`. */
const quoted = (text: string): string =>
  `"${text.replace(/["\\\n]/g, (c) => `\\${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)}"`

/** The layout attribute of a tensor type: its last dimension varies fastest. */
function rowMajor(type: string): string {
  const rank = type.split('x').length - 1
  if (rank === 0) return 'dense<> : tensor<0xindex>'
  const order = Array.from({ length: rank }, (_, d) => rank - 1 - d)
  return `dense<[${order.join(', ')}]> : tensor<${rank}xindex>`
}

/**
 * A StableHLO custom call that XLA's GPU plugin compiles with Triton and launches: the kernel's arguments are the
 * operands, then the result. Types are tensor types such as `tensor<4x6xbf16>`.
 */
export function tritonCall(
  { name, ir, programs, warps, stages }: LaunchedKernel,
  operands: readonly (readonly [name: string, type: string])[],
  result: string,
  form: 'typed' | 'attribute' = spelling,
): string {
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
  const types = operands.map(([, type]) => type)
  const layouts = `operand_layouts = [${types.map(rowMajor).join(', ')}], result_layouts = [${rowMajor(result)}]`
  const names = operands.map(([operand]) => operand).join(', ')
  return `stablehlo.custom_call @__gpu$xla.gpu.triton(${names}) {${config}, ${layouts}} : (${types.join(', ')}) -> ${result}`
}
