import { type NdArray, newArray, strides } from '../array.ts'
import type { Rule } from '../rule.ts'

/** Offsets of all combinations of the given dimensions, the last varying fastest. */
function offsets(x: NdArray, dims: readonly number[]): number[] {
  const step = strides(x.shape)
  return dims.reduce(
    (list, d) => list.flatMap((base) => Array.from({ length: x.shape[d]! }, (_, i) => base + i * step[d]!)),
    [0],
  )
}

const free = (x: NdArray, ...taken: readonly (readonly number[])[]): number[] =>
  x.shape.map((_, d) => d).filter((d) => !taken.flat().includes(d))

const dot: Rule<'dot'> = ({ attrs: { batch, contract }, outputs: [type] }, [x, y]) => {
  const result = newArray(type!)
  const [xBatch, yBatch] = [offsets(x!, batch[0]), offsets(y!, batch[1])]
  const [xSum, ySum] = [offsets(x!, contract[0]), offsets(y!, contract[1])]
  const rows = offsets(x!, free(x!, batch[0], contract[0]))
  const columns = offsets(y!, free(y!, batch[1], contract[1]))
  let to = 0
  xBatch.forEach((xBase, b) => {
    for (const row of rows)
      for (const column of columns) {
        let sum = 0
        for (let k = 0; k < xSum.length; k++)
          sum += x!.data[xBase + row + xSum[k]!]! * y!.data[yBatch[b]! + column + ySum[k]!]!
        result.data[to++] = sum
      }
  })
  return [result]
}

/** The group of each row, as far as there are groups. */
function groupOfRow(sizes: NdArray, rows: number): number[] {
  const groups = [...sizes.data].flatMap((size, group) => {
    if (size < 0) throw new Error(`group ${group} has ${size} rows`)
    return Array.from({ length: size }, () => group)
  })
  if (groups.length > rows) throw new Error(`the groups have ${groups.length} rows, the operand ${rows}`)
  return groups
}

const groupedDot: Rule<'groupedDot'> = ({ attrs: { contract }, outputs: [type] }, [x, w, sizes]) => {
  const [, K] = x!.shape as [number, number]
  const [N, M] = type!.shape as [number, number]
  const result = newArray(type!)
  const [stepK, stepM] = contract === 1 ? [M, 1] : [1, K]
  groupOfRow(sizes!, N).forEach((group, n) => {
    for (let m = 0; m < M; m++) {
      let sum = 0
      for (let k = 0; k < K; k++) sum += x!.data[n * K + k]! * w!.data[group * K * M + k * stepK + m * stepM]!
      result.data[n * M + m] = sum
    }
  })
  return [result]
}

const groupedOuter: Rule<'groupedOuter'> = ({ outputs: [type] }, [x, y, sizes]) => {
  const [, K, M] = type!.shape as [number, number, number]
  const result = newArray(type!)
  groupOfRow(sizes!, x!.shape[0]!).forEach((group, n) => {
    for (let k = 0; k < K; k++)
      for (let m = 0; m < M; m++)
        result.data[(group * K + k) * M + m]! += x!.data[n * K + k]! * y!.data[n * M + m]!
  })
  return [result]
}

export const contractionRules = { dot, groupedDot, groupedOuter }
