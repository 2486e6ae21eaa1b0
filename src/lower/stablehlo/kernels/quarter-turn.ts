import { emit, get, put } from '../builder.ts'
import { tensorType } from '../tensor-type.ts'
import type { Kernel } from './table.ts'

/** (x0, x1, …) to (−x1, x0, …): as moves and a sign, which XLA puts into the fusions around it. */
export const quarterTurn: Kernel = (b, { inputs: [x], outputs: [y] }) => {
  const from = get(b, x!)
  const pairs = { dtype: from.dtype, shape: [...from.shape.slice(0, -1), from.shape.at(-1)! / 2, 2] }
  const [own, split] = [tensorType(from), tensorType(pairs)]
  const last = pairs.shape.length - 1
  const two = { dtype: from.dtype, shape: [2] }
  const cut = emit(b, pairs, `stablehlo.reshape ${from.name} : (${own}) -> ${split}`)
  const swapped = emit(b, pairs, `stablehlo.reverse ${cut.name}, dims = [${last}] : ${split}`)
  const signs = emit(b, two, `stablehlo.constant dense<[-1.0, 1.0]> : ${tensorType(two)}`)
  const spread = emit(
    b,
    pairs,
    `stablehlo.broadcast_in_dim ${signs.name}, dims = [${last}] : (${tensorType(two)}) -> ${split}`,
  )
  const turned = emit(b, pairs, `stablehlo.multiply ${swapped.name}, ${spread.name} : ${split}`)
  put(b, y!, emit(b, from, `stablehlo.reshape ${turned.name} : (${split}) -> ${own}`))
  return true
}
