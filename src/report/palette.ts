/**
 * Colours are CSS variables, in the charts too, so that one drawing serves light, dark and print. Ramps are in
 * OKLCH, where equal steps look equal.
 */
type Theme = 'light' | 'dark'

const plain: Readonly<Record<Theme, Readonly<Record<string, string>>>> = {
  light: {
    paper: '#fbfaf7',
    card: '#ffffff',
    ink: '#22262e',
    muted: '#666c78',
    line: '#e4e2dc',
    accent: '#2f5fb3',
    second: '#a8620d',
    reference: '#7d7468',
    warn: '#b3372f',
    'warn-paper': '#fbeceb',
    moon: '#f0c75e',
    'moon-shade': '#e6e3db',
  },
  dark: {
    paper: '#14171d',
    card: '#1b1f27',
    ink: '#e4e6ea',
    muted: '#9aa1ad',
    line: '#2d323c',
    accent: '#7ea8f0',
    second: '#e0a458',
    reference: '#a89f92',
    warn: '#f08a80',
    'warn-paper': '#3a2222',
    moon: '#f3d58a',
    'moon-shade': '#2d323c',
  },
}

const rampLength = 10
const heatLength = 9
const partLength = 7
const wheelLength = 16

const oklch = (lightness: number, chroma: number, hue: number): string =>
  `oklch(${lightness.toFixed(1)}% ${chroma.toFixed(3)} ${hue.toFixed(0)})`

/** From the first layer to the last: from blue over violet and red to amber. */
const ramp = (theme: Theme): string[] =>
  Array.from({ length: rampLength }, (_, i) => {
    const t = i / (rampLength - 1)
    return theme === 'light'
      ? oklch(48 + 20 * t, 0.15, 260 + 170 * t)
      : oklch(66 + 14 * t, 0.13, 260 + 170 * t)
  })

/** From too little over even, which is nearly the paper, to too much. */
const heat = (theme: Theme): string[] =>
  Array.from({ length: heatLength }, (_, i) => {
    const t = (2 * i) / (heatLength - 1) - 1
    const [middle, end] = theme === 'light' ? [95, 48] : [28, 78]
    return oklch(middle + (end - middle) * Math.abs(t), 0.006 + 0.15 * Math.abs(t), t <= 0 ? 255 : 45)
  })

/** Unordered things, told apart by hue. */
const parts = (theme: Theme): string[] =>
  [258, 60, 160, 350, 210, 110, 300].map((hue) => oklch(theme === 'light' ? 58 : 72, 0.12, hue))

/** As many unordered things as points of a map can show: neighbours on the wheel differ in lightness too. */
const wheel = (theme: Theme): string[] =>
  Array.from({ length: wheelLength }, (_, i) =>
    oklch(
      (theme === 'light' ? 56 : 70) + (i % 2 === 0 ? -6 : 9),
      i % 2 === 0 ? 0.15 : 0.12,
      (258 + 22.5 * i) % 360,
    ),
  )

const numbered = (name: string, colors: readonly string[]): [string, string][] =>
  colors.map((color, i) => [`${name}-${i}`, color])

/** The declarations of all colours in a theme. */
export const colorDeclarations = (theme: Theme): string =>
  [
    ...Object.entries(plain[theme]),
    ...numbered('ramp', ramp(theme)),
    ...numbered('heat', heat(theme)),
    ...numbered('part', parts(theme)),
    ...numbered('wheel', wheel(theme)),
  ]
    .map(([name, color]) => `--${name}:${color};`)
    .join('')

/** The colour of one of `count` ordered things. */
export const rampColor = (index: number, count: number): string =>
  `var(--ramp-${count <= 1 ? 0 : Math.round((index * (rampLength - 1)) / (count - 1))})`

/** The colour of an unordered thing; hues come again after the seventh. */
export const partColor = (index: number): string => `var(--part-${index % partLength})`

/** The colour of one of up to sixteen unordered things. */
export const wheelColor = (index: number): string => `var(--wheel-${index % wheelLength})`

/** Upper bounds of load over mean load of all heat colours but the last. */
export const heatBounds = [0.25, 0.5, 0.75, 0.9, 1.1, 1.35, 2, 4] as const

export const heatLevel = (ratio: number): number => {
  const level = heatBounds.findIndex((bound) => ratio < bound)
  return level < 0 ? heatBounds.length : level
}

export const heatColor = (level: number): string => `var(--heat-${level})`
