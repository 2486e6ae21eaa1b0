/**
 * What every realm begins with, in JavaScript: random numbers of a seed, a clock that stands still, time zone UTC, no
 * way to see when garbage is collected, and a console whose lines are kept.
 */
export const javascriptPrelude = (seed: number, now: number): string => `(() => {
  'use strict'
  let word = ${seed >>> 0}
  Math.random = () => {
    word = (word + 0x6d2b79f5) | 0
    let mixed = Math.imul(word ^ (word >>> 15), 1 | word)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  const Real = Date
  const now = ${Math.trunc(now)}
  const offset = Real.prototype.getTimezoneOffset
  const zoned = /(?:z|gmt|utc|[+-]\\d\\d:?\\d\\d)\\s*(?:\\(.*\\))?$/i
  const dayOnly = /^\\s*[+-]?\\d{4,6}(?:-\\d\\d(?:-\\d\\d)?)?\\s*$/
  const parse = (text) => {
    const time = Real.parse(text)
    if (zoned.test(text) || dayOnly.test(text)) return time
    return time - offset.call(new Real(time)) * 60000
  }
  const time = (...args) => {
    if (args.length === 0) return now
    if (args.length > 1) return Real.UTC(...args)
    const [one] = args
    if (one instanceof Real) return one.getTime()
    return typeof one === 'string' ? parse(one) : Number(one)
  }
  const Still = function Date(...args) {
    if (new.target === undefined) return new Still().toString()
    return Reflect.construct(Real, [time(...args)], new.target)
  }
  Object.defineProperties(Still, {
    prototype: { value: Real.prototype },
    now: { value: () => now },
    parse: { value: (text) => parse(String(text)) },
    UTC: { value: Real.UTC },
  })
  const define = (name, value) =>
    Object.defineProperty(Real.prototype, name, { value, writable: true, configurable: true })
  define('constructor', Still)
  for (const part of ['FullYear', 'Month', 'Date', 'Day', 'Hours', 'Minutes', 'Seconds', 'Milliseconds']) {
    define('get' + part, Real.prototype['getUTC' + part])
    if (part !== 'Day') define('set' + part, Real.prototype['setUTC' + part])
  }
  const iso = Real.prototype.toISOString
  const words = Real.prototype.toUTCString
  define('getTimezoneOffset', () => 0)
  define('getYear', function () { return this.getUTCFullYear() - 1900 })
  define('toString', function () { return words.call(this) })
  define('toDateString', function () { return words.call(this).slice(0, 16) })
  define('toTimeString', function () { return words.call(this).slice(17) })
  define('toLocaleString', function () { return iso.call(this).slice(0, 19).replace('T', ' ') })
  define('toLocaleDateString', function () { return iso.call(this).slice(0, 10) })
  define('toLocaleTimeString', function () { return iso.call(this).slice(11, 19) })
  globalThis.Date = Still

  delete globalThis.WeakRef
  delete globalThis.FinalizationRegistry

  const lines = []
  let room = 16384
  const json = JSON.stringify
  const shown = (value) => {
    if (typeof value === 'string') return value
    if (value instanceof Error) return String(value)
    try {
      return json(value) ?? String(value)
    } catch {
      return Object.prototype.toString.call(value)
    }
  }
  const log = (...values) => {
    if (room <= 0) return
    const line = values.map(shown).join(' ').slice(0, room)
    room -= line.length + 1
    lines.push(line)
  }
  globalThis.console = Object.freeze({ log, info: log, warn: log, error: log, debug: log })
  return () => lines.join('\\n')
})()`
