import { type DocumentReader, isBlank } from './document.ts'
import { type JsonObject, jsonObjects } from './json-objects.ts'

type Parsed = { readonly text: string } | { readonly reason: string }

const textOf = (value: JsonObject, textField: string): Parsed => {
  const name = JSON.stringify(textField)
  if (!Object.hasOwn(value, textField)) {
    const fields = Object.keys(value).slice(0, 10).join(', ')
    return { reason: `field ${name} is missing (there are: ${fields || 'none'})` }
  }
  const text = value[textField]
  return typeof text === 'string' ? { text } : { reason: `field ${name} is not a string` }
}

/** Each line of a JSONL file is a document: an object whose `textField` is a string. Blank lines are passed over. */
export const readJsonl: DocumentReader = async function* ({ path, id }, { textField, onBadInput }) {
  for await (const line of jsonObjects(path)) {
    const { number } = line
    const parsed = 'reason' in line ? line : textOf(line.value, textField)
    if ('reason' in parsed) onBadInput({ file: path, place: `line ${number}`, reason: parsed.reason })
    else if (!isBlank(parsed.text)) yield { id: `${id}:${number}`, text: parsed.text.toWellFormed() }
  }
}
