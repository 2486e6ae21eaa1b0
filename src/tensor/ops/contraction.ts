import { emit, type OpDef, ShapeError, shapeError, type Tensor } from '../trace.ts'
import { type DType, type Shape, showType, sizeOf, type Type } from '../types.ts'
import { convert } from './elementwise.ts'
import { reshape, transpose } from './shape.ts'

type Dims = readonly number[]
type Pair = readonly [Dims, Dims]

const free = (rank: number, batch: Dims, contract: Dims): number[] =>
  Array.from({ length: rank }, (_, d) => d).filter((d) => !batch.includes(d) && !contract.includes(d))

const dotDef: OpDef<'dot'> = {
  name: 'dot',
  infer: ([x, y], { batch, contract, dtype }) => {
    if (x!.dtype !== y!.dtype) throw new ShapeError('dtypes differ')
    const check = (kind: string, [left, right]: Pair): void => {
      if (left.length !== right.length)
        throw new ShapeError(`${left.length} ${kind} dimensions on the left, ${right.length} on the right`)
      left.forEach((d, i) => {
        const e = right[i]!
        if (x!.shape[d] === undefined || x!.shape[d] !== y!.shape[e])
          throw new ShapeError(
            `${kind} sizes differ, lhs [${x!.shape.join(',')}] dim ${d} = ${x!.shape[d]}, rhs [${y!.shape.join(',')}] dim ${e} = ${y!.shape[e]}`,
          )
      })
    }
    check('batch', batch)
    check('contracting', contract)
    const pick = (t: Type, dims: Dims): Shape => dims.map((d) => t.shape[d]!)
    return [
      {
        dtype: dtype ?? x!.dtype,
        shape: [
          ...pick(x!, batch[0]),
          ...pick(x!, free(x!.shape.length, batch[0], contract[0])),
          ...pick(y!, free(y!.shape.length, batch[1], contract[1])),
        ],
      },
    ]
  },
  vjp: ({ inputs, attrs: { batch, contract } }, [dResult]) => {
    if (!dResult) return [null, null]
    const [x, y] = inputs as [Tensor, Tensor]
    const g = convert(dResult, x.dtype)
    const nBatch = batch[0].length
    const xFree = free(x.shape.length, batch[0], contract[0])
    const yFree = free(y.shape.length, batch[1], contract[1])
    const gBatch = batch[0].map((_, i) => i)
    const gx = xFree.map((_, i) => nBatch + i)
    const gy = yFree.map((_, i) => nBatch + xFree.length + i)
    /**
     * The cotangent of one side: g times the other side, its dimensions put back in their places. The factor that
     * leaves them in place comes first, so that weights laid out [out, in] or [in, out] need no transpose.
     */
    const side = (
      own: Tensor,
      ownBatch: Dims,
      ownFree: Dims,
      ownContract: Dims,
      other: Tensor,
      otherBatch: Dims,
      otherFree: Dims,
      otherContract: Dims,
      gOther: Dims,
    ): Tensor => {
      // What is left of `other` are its contracted dimensions in ascending order.
      const left = free(other.shape.length, otherBatch, otherFree)
      const kept = left.map((dim) => ownContract[otherContract.indexOf(dim)]!)
      const otherFirst = [...ownBatch, ...kept, ...ownFree]
      if (otherFirst.every((dim, i) => dim === i))
        return dotGeneral(other, g, { batch: [otherBatch, gBatch], contract: [otherFree, gOther] })
      const order = [...ownBatch, ...ownFree, ...kept]
      return transpose(
        dotGeneral(g, other, { batch: [gBatch, otherBatch], contract: [gOther, otherFree] }),
        own.shape.map((_, dim) => order.indexOf(dim)),
      )
    }
    const dx = side(x, batch[0], xFree, contract[0], y, batch[1], yFree, contract[1], gy)
    const dy = side(y, batch[1], yFree, contract[1], x, batch[0], xFree, contract[0], gx)
    return [dx, dy]
  },
}

/** Product with explicit batch and contracted dimensions; the result has the operands' dtype, or `dtype`. */
export const dotGeneral = (
  x: Tensor,
  y: Tensor,
  attrs: { batch: Pair; contract: Pair; dtype?: DType },
): Tensor => {
  const { dtype, ...dims } = attrs
  const own = dtype === undefined || dtype === x.dtype
  return emit(dotDef, [x, y], own ? dims : { ...dims, dtype })[0]!
}

/**
 * `x[..., K] · w[M, K]ᵀ → [..., M]`: a linear layer with weights laid out [out, in]. The product is made in the weights'
 * dtype; the result has x's dtype, or `dtype`.
 */
export function linear(x: Tensor, w: Tensor, dtype: DType = x.dtype): Tensor {
  const lead = x.shape.slice(0, -1)
  const flat = convert(reshape(x, [sizeOf(lead), x.shape.at(-1)!]), w.dtype)
  const own = w.dtype === x.dtype ? dtype : w.dtype
  const y = dotGeneral(flat, w, { batch: [[], []], contract: [[1], [w.shape.length - 1]], dtype: own })
  return convert(reshape(y, [...lead, w.shape[0]!]), dtype)
}

/**
 * Matrix product over the last two dimensions, all dimensions before them are batch; either side may be read transposed.
 * The result has the operands' dtype, or `dtype`.
 */
export function matmul(
  x: Tensor,
  y: Tensor,
  options: { transposeX?: boolean; transposeY?: boolean; dtype?: DType } = {},
): Tensor {
  const rank = x.shape.length
  if (y.shape.length !== rank || rank < 2)
    throw shapeError(`matmul: wants equal ranks of at least 2, inputs ${showType(x)} ${showType(y)}`)
  const batch = Array.from({ length: rank - 2 }, (_, d) => d)
  return dotGeneral(x, y, {
    batch: [batch, batch],
    contract: [[options.transposeX ? rank - 2 : rank - 1], [options.transposeY ? rank - 1 : rank - 2]],
    dtype: options.dtype ?? x.dtype,
  })
}

const groupedDotDef: OpDef<'groupedDot'> = {
  name: 'groupedDot',
  infer: ([x, w, sizes], { contract }) => {
    if (x!.shape.length !== 2 || w!.shape.length !== 3 || sizes!.dtype !== 'i32')
      throw new ShapeError('wants x[N,K], w[E,·,·], sizes i32[E]')
    if (x!.dtype !== w!.dtype) throw new ShapeError('dtypes differ')
    if (w!.shape[contract] !== x!.shape[1])
      throw new ShapeError(
        `contracting sizes differ, x dim 1 = ${x!.shape[1]}, w dim ${contract} = ${w!.shape[contract]}`,
      )
    if (sizes!.shape.length !== 1 || sizes!.shape[0] !== w!.shape[0])
      throw new ShapeError(`${w!.shape[0]} groups of weights, ${sizes!.shape[0]} sizes`)
    return [{ dtype: x!.dtype, shape: [x!.shape[0]!, w!.shape[3 - contract]!] }]
  },
  vjp: ({ inputs, attrs: { contract } }, [g]) => {
    if (!g) return [null, null, null]
    const [x, w, sizes] = inputs as [Tensor, Tensor, Tensor]
    const dw = contract === 2 ? groupedOuter(g, x, sizes) : groupedOuter(x, g, sizes)
    return [emit(groupedDotDef, [g, w, sizes], { contract: contract === 2 ? 1 : 2 })[0]!, dw, null]
  },
}
/**
 * Rows of `x[N,K]`, sorted by group, times their group's weights `w[E,M,K]` (laid out [out, in]) → [N,M].
 * `sizes` i32[E] sum to at most N; a group may be empty. No row is dropped and none is padded. Rows past the last group
 * hold nothing that may be used, and the onnx engine wants none.
 */
export const groupedLinear = (x: Tensor, w: Tensor, sizes: Tensor): Tensor =>
  emit(groupedDotDef, [x, w, sizes], { contract: 2 })[0]!

const groupedOuterDef: OpDef<'groupedOuter'> = {
  name: 'groupedOuter',
  infer: ([x, y, sizes]) => {
    if (x!.shape.length !== 2 || y!.shape.length !== 2 || x!.shape[0] !== y!.shape[0])
      throw new ShapeError('wants x[N,K], y[N,M]')
    if (x!.dtype !== y!.dtype) throw new ShapeError('dtypes differ')
    if (sizes!.dtype !== 'i32' || sizes!.shape.length !== 1) throw new ShapeError('wants sizes i32[E]')
    return [{ dtype: x!.dtype, shape: [sizes!.shape[0]!, x!.shape[1]!, y!.shape[1]!] }]
  },
  vjp: ({ inputs }, [g]) => {
    if (!g) return [null, null, null]
    const [x, y, sizes] = inputs as [Tensor, Tensor, Tensor]
    return [
      emit(groupedDotDef, [y, g, sizes], { contract: 2 })[0]!,
      emit(groupedDotDef, [x, g, sizes], { contract: 1 })[0]!,
      null,
    ]
  },
}
/** For each group e of rows: `x_eᵀ y_e` → [E,K,M]; zero for an empty group. */
export const groupedOuter = (x: Tensor, y: Tensor, sizes: Tensor): Tensor =>
  emit(groupedOuterDef, [x, y, sizes], {})[0]!

export const contractionDefs = { dot: dotDef, groupedDot: groupedDotDef, groupedOuter: groupedOuterDef }
