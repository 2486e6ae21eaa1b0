/**
 * The one text of a JSON value: keys in the order of their UTF-16 units, no spaces, members that are undefined left
 * out, as RFC 8785 writes it.
 *
 * @throws TypeError where a part of the value has no JSON form
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object') throw new TypeError(`a value of type ${typeof value} has no JSON form`)
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return canonicalJson(toJSON.call(value))
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
