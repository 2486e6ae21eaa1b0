import { evenly } from '../evenly.ts'
import { type Html, html } from '../html.ts'

/** A point that is one of several kinds. */
export interface MapDot {
  readonly x: number
  readonly y: number
  /** Index of its kind. */
  readonly kind: number
  /** Drawn as a ring. */
  readonly hollow: boolean
}

export interface PointMap {
  readonly id: string
  readonly label: string
  readonly dots: readonly MapDot[]
  readonly kinds: readonly { readonly name: string; readonly color: string }[]
}

/** Units of the drawing; dots that fall on one place are one. */
const size = { width: 880, height: 560, margin: 8 } as const
const small = { width: 200, height: 127 } as const

/** More are thinned out evenly, so that the page stays small. */
const mostDots = 6000

interface Placed {
  readonly at: string
  readonly kind: number
  readonly hollow: boolean
}

/** Whole places of the drawing, by kind, without two dots of a kind at one place. */
function placed(dots: readonly MapDot[]): readonly Placed[] {
  const finite = dots.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  const scale = (values: readonly number[], length: number) => {
    const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
    const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
    const span = high > low ? high - low : 1
    return (value: number): number =>
      Math.round(size.margin + ((value - low) / span) * (length - 2 * size.margin))
  }
  const [toX, toY] = [
    scale(
      finite.map(({ x }) => x),
      size.width,
    ),
    scale(
      finite.map(({ y }) => y),
      size.height,
    ),
  ]
  const places = new Map<string, Placed>()
  for (const { x, y, kind, hollow } of finite) {
    const at = `${toX(x)} ${size.height - toY(y)}`
    places.set(`${at} ${kind}`, { at, kind, hollow })
  }
  const all = [...places.values()]
  return evenly(all.length, mostDots).map((i) => all[i]!)
}

/** A stroke without length at each place: with round ends it is a dot, in a few bytes. */
const strokes = (dots: readonly Placed[]): string => dots.map(({ at }) => `M${at}h0`).join('')

const path = (dots: readonly Placed[], color: string, width: number): Html | null =>
  dots.length === 0
    ? null
    : html`<path d="${strokes(dots)}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linecap="round"/>`

const drawn = (dots: readonly Placed[], color: string, width: number): Html => {
  const hollow = dots.filter(({ hollow: ring }) => ring)
  const filled = dots.filter(({ hollow: ring }) => !ring)
  return html`${path(filled, color, width)}${path(hollow, color, width + 1)}${path(hollow, 'var(--card)', width - 1.5)}`
}

/** All kinds in one picture, and each alone before the shadow of all. */
export function pointMap({ id, label, dots, kinds }: PointMap): { whole: Html; each: readonly Html[] } {
  const all = placed(dots)
  const viewBox = `0 0 ${size.width} ${size.height}`
  const byKind = kinds.map((_, kind) => all.filter((dot) => dot.kind === kind))
  const whole = html`
<svg viewBox="${viewBox}" role="img" aria-label="${label}">${kinds.map(({ color }, kind) => html`<g opacity="0.85">${drawn(byKind[kind]!, color, 5)}</g>`)}</svg>`
  const each = kinds.map(
    ({ name, color }, kind) => html`
<figure class="panel"><figcaption>${name}</figcaption><svg viewBox="${viewBox}" width="${small.width}" height="${small.height}" role="img" aria-label="${label}: ${name}">${
      kind === 0
        ? html`<g id="${id}-shadow">${path(all, 'var(--line)', 9)}</g>`
        : html`<use href="#${id}-shadow"/>`
    }${drawn(byKind[kind]!, color, 14)}</svg></figure>`,
  )
  return { whole, each }
}
