type Members = Readonly<Record<string, unknown>>

/**
 * JSON text that equal values share: no spaces, keys in the order of their UTF-16 units, keys without a value left out
 * (RFC 8785, but that lone surrogates are escaped). As in JSON, `undefined` in a list is null and `toJSON` is asked; a
 * typed array is a list of its numbers.
 *
 * @throws TypeError for what is no JSON: numbers that are not finite, functions, big integers, symbols, cycles
 */
export function canonicalJson(value: unknown): string {
  const within = new Set<object>()

  const text = (at: unknown, path: string): string => {
    if (at === null || typeof at === 'string' || typeof at === 'boolean') return JSON.stringify(at)
    if (typeof at === 'number' && Number.isFinite(at)) return JSON.stringify(at)
    if (typeof at !== 'object')
      throw new TypeError(`${path || 'value'}: ${typeof at === 'number' ? at : typeof at} has no JSON form`)
    if (within.has(at)) throw new TypeError(`${path || 'value'}: it contains itself`)
    within.add(at)
    const written = containerText(at, path)
    within.delete(at)
    return written
  }

  const containerText = (at: object, path: string): string => {
    const { toJSON } = at as { readonly toJSON?: unknown }
    if (typeof toJSON === 'function') return text(toJSON.call(at), path)
    if (Array.isArray(at)) return listText(at, path)
    return ArrayBuffer.isView(at)
      ? listText(Array.from(at as Int32Array), path)
      : objectText(at as Members, path)
  }

  const listText = (list: readonly unknown[], path: string): string =>
    `[${list.map((item, i) => text(item ?? null, `${path}[${i}]`)).join(',')}]`

  const objectText = (object: Members, path: string): string => {
    const keys = Object.keys(object).filter((key) => object[key] !== undefined)
    const entries = keys
      .sort()
      .map((key) => `${JSON.stringify(key)}:${text(object[key], path === '' ? key : `${path}.${key}`)}`)
    return `{${entries.join(',')}}`
  }

  return text(value, '')
}
