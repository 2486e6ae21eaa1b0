/** Beginnings that are tried: a text of brackets alone has many. */
const mostBeginnings = 64

/** Where the object or list that begins at `start` ends, −1 where it does not. Texts in quotes count as whole. */
function closing(text: string, start: number): number {
  let depth = 0
  let isQuoted = false
  for (let at = start; at < text.length; at++) {
    const char = text[at]
    if (isQuoted) {
      if (char === '\\') at++
      else if (char === '"') isQuoted = false
    } else if (char === '"') isQuoted = true
    else if (char === '{' || char === '[') depth++
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1
  }
  return -1
}

/** Objects and lists in running text, the longest first. */
function embedded(text: string): readonly string[] {
  const found: string[] = []
  const beginning = /[{[]/g
  for (let tries = 0; tries < mostBeginnings; tries++) {
    const start = beginning.exec(text)?.index
    if (start === undefined) break
    const end = closing(text, start)
    if (end < 0) continue
    const part = text.slice(start, end)
    // What no JSON begins may hold some: `[note] {"a": 1}` in brackets.
    if (parsed(part) === undefined) continue
    found.push(part)
    beginning.lastIndex = end
  }
  return found.toSorted((a, b) => b.length - a.length)
}

const fenced = (text: string): readonly string[] =>
  [...text.matchAll(/```[^\n`]*\n([\s\S]*?)```/g)].map(([, inside]) => inside!).reverse()

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/**
 * What a model may have meant as its answer in JSON, the likeliest first: the whole text, blocks of code from the last
 * one on, objects and lists in running text.
 */
export function jsonInText(text: string): readonly unknown[] {
  const whole = parsed(text.trim())
  if (whole !== undefined) return [whole.value]
  return [...fenced(text), ...embedded(text)].flatMap((part) => parsed(part) ?? []).map(({ value }) => value)
}
