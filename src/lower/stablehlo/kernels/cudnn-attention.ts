/**
 * Flash attention of cuDNN, which XLA calls under these names (xla/service/gpu: cudnn_fused_mha). Queries and keys are
 * [B,T,H,K], values [B,T,H,V]; results come as [B,H,T,·] laid out so that the transpose back moves nothing.
 */
import type { EquationOf } from '../../../tensor/program.ts'
import type { Shape } from '../../../tensor/types.ts'
import { type Builder, emit, emitAll, get, put, type Ssa } from '../builder.ts'
import { type TensorType, tensorType } from '../tensor-type.ts'
import type { Kernel } from './table.ts'

/** cuDNN's limits on Hopper: widths are multiples of 8, at most 192 for queries and 128 for values in the backward pass. */
function fits(b: Builder, [q, , v]: readonly Ssa[]): boolean {
  const [width, valueWidth] = [q!.shape[3]!, v!.shape[3]!]
  const narrow = q!.dtype === 'bf16' || q!.dtype === 'f16'
  const shape = width % 8 === 0 && valueWidth % 8 === 0 && width <= 192 && valueWidth <= 128
  return b.platform === 'cuda' && narrow && shape && q!.shape[1]! >= 64
}

type Dims = readonly number[]

/** One product's dimensions, in the words of XLA's DotDimensionNumbers. */
const product = (lhs: Dims, rhs: Dims, lhsBatch: Dims, rhsBatch: Dims) => ({
  lhs_contracting_dimensions: lhs.map(String),
  rhs_contracting_dimensions: rhs.map(String),
  lhs_batch_dimensions: lhsBatch.map(String),
  rhs_batch_dimensions: rhsBatch.map(String),
})

const heads = [0, 2]
const forwardProducts = {
  bmm1_dot_dimension_numbers: product([3], [3], heads, heads),
  bmm2_dot_dimension_numbers: product([3], [1], [0, 1], heads),
}
const backwardProducts = {
  bmm1_grad_gemm1_dot_dimension_numbers: product([2], [1], [0, 1], heads),
  bmm1_grad_gemm2_dot_dimension_numbers: product([3], [1], [0, 1], heads),
  bmm2_grad_gemm1_dot_dimension_numbers: product([2], [1], [0, 1], heads),
  bmm2_grad_gemm2_dot_dimension_numbers: product([3], [3], heads, heads),
}

/** XLA's CudnnfMHABackendConfig as JSON. */
function backendConfig(q: Ssa, scale: number, products: object): string {
  const [B, T, H] = q.shape as [number, number, number]
  const fmha = {
    algorithm: {
      algo_id: '0',
      math_type: 'TENSOR_OP_MATH',
      tuning_knobs: { '17': '1', '24': '0' },
      is_cudnn_frontend: true,
      workspace_size: '0',
    },
    fmha_scale: scale,
    intermediate_tensor_shape: {
      element_type: q.dtype.toUpperCase(),
      dimensions: [B, H, T, T].map(String),
      tuple_shapes: [],
      layout: {
        dim_level_types: [],
        dim_unique: [],
        dim_ordered: [],
        minor_to_major: ['3', '2', '1', '0'],
        tiles: [],
        element_size_in_bits: '0',
        memory_space: '0',
        index_primitive_type: 'PRIMITIVE_TYPE_INVALID',
        pointer_primitive_type: 'PRIMITIVE_TYPE_INVALID',
        dynamic_shape_metadata_prefix_bytes: '0',
      },
      is_dynamic_dimension: [false, false, false, false],
    },
    is_flash_attention: true,
    mask_type: 'CAUSAL',
    ...products,
    dropout_rate: 0,
    seed: 42,
    sliding_window_length: 0,
    max_seg_per_batch: 1,
    is_paged_attention: false,
  }
  return JSON.stringify({ operation_queue_id: '0', cudnn_fmha_backend_config: fmha }).replaceAll('"', '\\22')
}

const layoutText = (minorToMajor: Dims): string =>
  `dense<${minorToMajor.length === 1 ? minorToMajor[0] : `[${minorToMajor.join(', ')}]`}> : tensor<${minorToMajor.length}xindex>`

const rowMajor = (shape: Shape): Dims => shape.map((_, d) => shape.length - 1 - d)

interface Result extends TensorType {
  readonly layout: Dims
}

/** [B,T,H,·] as cuDNN returns it. */
const headsFirst = ({ dtype, shape: [B, T, H, W] }: Ssa): Result => ({
  dtype,
  shape: [B!, H!, T!, W!],
  layout: [3, 1, 2, 0],
})

function call(
  b: Builder,
  target: string,
  operands: readonly Ssa[],
  results: readonly Result[],
  config: string,
): readonly Ssa[] {
  const workspace: Result = { dtype: 'u8', shape: [0], layout: [0] }
  const all = [...results, workspace]
  const text = [
    `stablehlo.custom_call @${target}(${operands.map(({ name }) => name).join(', ')})`,
    `{api_version = 2 : i32, backend_config = "${config}",`,
    `operand_layouts = [${operands.map(({ shape }) => layoutText(rowMajor(shape))).join(', ')}],`,
    `result_layouts = [${all.map(({ layout }) => layoutText(layout)).join(', ')}]}`,
    `: (${operands.map(tensorType).join(', ')}) -> (${all.map(tensorType).join(', ')})`,
  ].join(' ')
  return emitAll(b, all, text)
}

const tokensFirst = (b: Builder, x: Ssa): Ssa => {
  const [B, H, T, W] = x.shape as [number, number, number, number]
  const type = { dtype: x.dtype, shape: [B, T, H, W] }
  return emit(
    b,
    type,
    `stablehlo.transpose ${x.name}, dims = [0, 2, 1, 3] : (${tensorType(x)}) -> ${tensorType(type)}`,
  )
}

const scaleOf = ({ attrs }: EquationOf<'kernel'>): number => Number(attrs.attrs.scale)

/** q, k, v to the output and the log-sum-exp of each query's scaled scores, [B,H,T]. */
export const cudnnAttention: Kernel = (b, equation) => {
  const operands = equation.inputs.map((value) => get(b, value))
  if (!fits(b, operands)) return false
  const [q, , v] = operands
  const [B, T, H] = q!.shape as [number, number, number]
  const output = headsFirst({ ...v!, shape: [B, T, H, v!.shape[3]!] })
  const statistics: Result = { dtype: 'f32', shape: [B, H, T], layout: [2, 1, 0] }
  const config = backendConfig(q!, scaleOf(equation), forwardProducts)
  const [o, lse] = call(b, '__cudnn$fmhaSoftmax', operands, [output, statistics], config)
  put(b, equation.outputs[0]!, tokensFirst(b, o!))
  put(b, equation.outputs[1]!, lse!)
  return true
}

/** q, k, v, log-sum-exp, dO, O to dQ, dK, dV. */
export const cudnnAttentionGradient: Kernel = (b, equation) => {
  const operands = equation.inputs.map((value) => get(b, value))
  if (!fits(b, operands)) return false
  const [q, k, v] = operands as [Ssa, Ssa, Ssa]
  const config = backendConfig(q, scaleOf(equation), backwardProducts)
  const made = call(b, '__cudnn$fmhaSoftmaxBackward', operands, [q, k, v].map(headsFirst), config)
  equation.outputs.forEach((output, i) => {
    put(b, output, tokensFirst(b, made[i]!))
  })
  return true
}
