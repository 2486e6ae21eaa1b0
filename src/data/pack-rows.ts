/** Which documents share a row: row r holds `documents[starts[r] … starts[r + 1])`. */
export interface Rows {
  readonly count: number
  readonly documents: Int32Array
  readonly starts: Int32Array
}

/** Documents that are packed together: memory and time stay small, and an epoch stays shuffled. */
const windowSize = 1024

/**
 * Packs whole documents into rows of `capacity` positions: first-fit decreasing within windows of `order`
 * (Johnson 1973: at most 11/9 of the fewest rows, and one more).
 *
 * @param order the documents, each once
 * @param sizeOf positions of a document, 1 … capacity
 */
export function packRows(
  order: ArrayLike<number>,
  sizeOf: (document: number) => number,
  capacity: number,
): Rows {
  const documents = new Int32Array(order.length)
  const starts: number[] = [0]
  let placed = 0
  for (let from = 0; from < order.length; from += windowSize) {
    const members = Array.from({ length: Math.min(windowSize, order.length - from) }, (_, i) => {
      const document = order[from + i]!
      return { document, size: sizeOf(document), i }
    }).sort((a, b) => b.size - a.size || a.i - b.i)
    const rows: { free: number; readonly documents: number[] }[] = []
    for (const { document, size } of members) {
      let row = rows.find(({ free }) => free >= size)
      if (row === undefined) rows.push((row = { free: capacity, documents: [] }))
      row.free -= size
      row.documents.push(document)
    }
    for (const row of rows) {
      documents.set(row.documents, placed)
      placed += row.documents.length
      starts.push(placed)
    }
  }
  return { count: starts.length - 1, documents, starts: Int32Array.from(starts) }
}
