const locale = 'en-US'
const compactForm = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 })
const prefixes = ['', 'k', 'M', 'G', 'T', 'P', 'E']

/** Nothing is shown as a dash. */
const orDash = (value: number | null | undefined, text: (value: number) => string): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : text(value)

type Maybe = number | null | undefined

/** `1,026,408` */
export const grouped = (value: Maybe): string => orDash(value, (v) => v.toLocaleString(locale))

/** `1.03T`, `31.7B`, `96` */
export const compact = (value: Maybe): string => orDash(value, (v) => compactForm.format(v))

/** `2.135` */
export const decimals = (value: Maybe, digits: number): string => orDash(value, (v) => v.toFixed(digits))

/** Three digits, in powers of ten where very large or small: `0.0123`, `2.5e-5`. */
export const significant = (value: Maybe): string =>
  orDash(value, (v) => {
    const size = Math.abs(v)
    if (size !== 0 && (size < 1e-3 || size >= 1e6)) return v.toExponential(2).replace(/\.?0+e/, 'e')
    return String(Number(v.toPrecision(3)))
  })

/** `41%`; one more digit below ten and above 99; `<0.1%` and `>99.9%`, so that only all is 100% and only nothing 0%. */
export const percent = (fraction: Maybe): string =>
  orDash(fraction, (v) => {
    const parts = Math.abs(v) * 100
    if (parts !== 0 && parts < 0.05) return '<0.1%'
    if (v < 1 && parts >= 99.95) return '>99.9%'
    const close = (parts !== 0 && parts < 9.95) || (parts >= 99.05 && parts < 100)
    return `${(v * 100).toFixed(close ? 1 : 0)}%`
  })

function scaled(value: number, base: number, unit: string, infix = ''): string {
  let [power, rest] = [0, value]
  while (Math.abs(rest) >= base && power < prefixes.length - 1) {
    rest /= base
    power++
  }
  return `${Number(rest.toPrecision(3))} ${prefixes[power]}${power === 0 ? '' : infix}${unit}`
}

/** `112 GFLOP/s` */
export const flopRate = (value: Maybe): string => orDash(value, (v) => scaled(v, 1000, 'FLOP/s'))

/** `1.2 GiB` */
export const byteSize = (value: Maybe): string =>
  orDash(value, (v) => scaled(v, 1024, 'B', 'i').replace('kiB', 'KiB'))

/** `3 min 42 s`, `0.81 s`, `2 h 5 min` */
export const duration = (seconds: Maybe): string =>
  orDash(seconds, (s) => {
    if (s < 1e-3) return `${significant(s * 1e6)} µs`
    if (s < 1) return `${significant(s * 1e3)} ms`
    if (s < 59.95) return `${significant(s)} s`
    const whole = Math.round(s)
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
    if (hours === 0) return `${minutes} min ${rest} s`
    return `${grouped(hours)} h ${minutes} min`
  })

/** `2025-07-11 09:30 UTC`; text that is no date stays as it is. */
export function moment(text: string): string {
  const date = new Date(text)
  return Number.isNaN(date.valueOf()) ? text : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** `1 step`, `2 steps` */
export const counted = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
