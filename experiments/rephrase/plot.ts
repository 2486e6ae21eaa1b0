import type { PooledPoint } from './pooled.ts'
import { armNames } from './settings.ts'

const size = { width: 640, height: 360 }
const frame = { left: 56, right: 170, top: 36, bottom: 48 }
const colours = ['#b4532a', '#2a6fb4', '#7a7a7a']

/** Recall against readings: a line for each arm, with 95% intervals. */
export function plot(points: readonly PooledPoint[], title: string): string {
  const most = Math.max(...points.map(({ readings }) => readings))
  const top = Math.max(0.1, Math.ceil(Math.max(...points.map(({ high }) => high)) * 10) / 10)
  const x = (readings: number): number =>
    frame.left + (readings / most) * (size.width - frame.left - frame.right)
  const y = (share: number): number =>
    size.height - frame.bottom - (share / top) * (size.height - frame.top - frame.bottom)
  const at = (value: number): string => value.toFixed(1)
  const text = (tx: number, ty: number, words: string, more = ''): string =>
    `<text x="${at(tx)}" y="${at(ty)}" ${more}>${words}</text>`

  const step = top > 0.5 ? 0.2 : 0.1
  const shares = Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, i) => i * step)
  const grid = shares.map((share) => {
    const level = y(share)
    return `<line x1="${frame.left}" x2="${size.width - frame.right}" y1="${at(level)}" y2="${at(level)}" stroke="#ddd"/>${text(
      frame.left - 8,
      level + 4,
      `${Math.round(share * 100)}%`,
      'text-anchor="end"',
    )}`
  })
  const ticks = [...new Set(points.map(({ readings }) => Math.round(readings)))].map((readings) =>
    text(x(readings), size.height - frame.bottom + 18, `${readings}`, 'text-anchor="middle"'),
  )
  const lines = armNames.flatMap((arm, i) => {
    const own = points.filter((point) => point.arm === arm)
    const last = own.at(-1)
    if (last === undefined) return []
    const colour = colours[i % colours.length]!
    const path = own.map(({ readings, share }) => `${at(x(readings))},${at(y(share))}`).join(' ')
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...own.map(
        ({ readings, share, low, high }) =>
          `<line x1="${at(x(readings) + 2 * i)}" x2="${at(x(readings) + 2 * i)}" y1="${at(y(low))}" y2="${at(y(high))}" stroke="${colour}"/>` +
          `<circle cx="${at(x(readings))}" cy="${at(y(share))}" r="3" fill="${colour}"/>`,
      ),
      text(size.width - frame.right + 10, frame.top + 18 * (i + 1), arm, `fill="${colour}"`),
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12" role="img" aria-label="${title}">`,
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    `<title>${title}</title>`,
    text(frame.left, 20, title, 'font-size="14"'),
    ...grid,
    ...ticks,
    text(
      (frame.left + size.width - frame.right) / 2,
      size.height - 10,
      'readings of each text, in any version',
      'text-anchor="middle"',
    ),
    ...lines,
    '</svg>\n',
  ].join('\n')
}
