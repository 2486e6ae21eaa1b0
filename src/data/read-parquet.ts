import { type DocumentReader, isBlank } from './document.ts'
import { invalidUtf8, parquetRows } from './parquet-rows.ts'

/** Each row of a Parquet file is a document: its column `textField`, a string. */
export const readParquet: DocumentReader = async function* ({ path, id }, { textField, onBadInput }) {
  for await (const { number, row } of parquetRows(path, onBadInput, textField)) {
    const text = row[textField]
    if (typeof text === 'string') {
      if (!isBlank(text)) yield { id: `${id}:${number}`, text }
      continue
    }
    const reason = text === invalidUtf8 ? 'not UTF-8 text' : `column "${textField}" is not a string`
    onBadInput({ file: path, place: `row ${number}`, reason })
  }
}
