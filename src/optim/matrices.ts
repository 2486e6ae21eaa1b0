import { concat, reshape, slice } from '../tensor/ops/shape.ts'
import type { Tensor } from '../tensor/trace.ts'

/**
 * How a weight is cut into the matrices that Muon orthogonalises: rows come in `groups` equal blocks (the heads of an MLA
 * projection), and each block is cut at `parts`. One part is the whole tensor.
 */
export interface MatrixSplit {
  readonly groups: number
  readonly parts: readonly number[]
}

/** The matrices of weights [..., rows, columns], in the order of `parts`. */
export function matricesOf(w: Tensor, { groups, parts }: MatrixSplit): Tensor[] {
  if (parts.length === 1) return [w]
  const lead = w.shape.slice(0, -2)
  const columns = w.shape.at(-1)!
  const blocks = reshape(w, [...lead, groups, -1, columns])
  let start = 0
  return parts.map((size) =>
    reshape(slice(blocks, -2, start, (start += size)), [...lead, groups * size, columns]),
  )
}

/** Puts the matrices back where {@link matricesOf} took them from. */
export function joinMatrices(matrices: readonly Tensor[], { groups, parts }: MatrixSplit): Tensor {
  if (parts.length === 1) return matrices[0]!
  const lead = matrices[0]!.shape.slice(0, -2)
  const columns = matrices[0]!.shape.at(-1)!
  const blocks = matrices.map((matrix, i) => reshape(matrix, [...lead, groups, parts[i]!, columns]))
  return reshape(concat(blocks, -2), [...lead, -1, columns])
}
