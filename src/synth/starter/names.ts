import { type Draws, derivedSeed } from '../../draws.ts'

/** Which entities, numbers and phrasings a task has: those that a model learns from, or others. */
export type Split = 'train' | 'heldOut'

const cityBegins = [
  'Al',
  'Bor',
  'Cor',
  'Dan',
  'El',
  'Far',
  'Gal',
  'Hal',
  'Is',
  'Jor',
  'Kel',
  'Lor',
  'Mar',
  'Nor',
  'Os',
  'Per',
  'Rav',
  'Sel',
  'Tor',
  'Val',
  'Wes',
  'Zan',
]
const cityMiddles = ['a', 'e', 'i', 'o', 'ar', 'en', 'in', 'or', 'un', 'as']
const cityEnds = [
  'bury',
  'dale',
  'ford',
  'ham',
  'land',
  'mere',
  'mont',
  'ton',
  'stad',
  'ville',
  'wick',
  'worth',
  'berg',
  'field',
  'holm',
  'port',
]

const firstNames = [
  'Ada',
  'Ben',
  'Cleo',
  'Dora',
  'Emil',
  'Fay',
  'Gus',
  'Hana',
  'Ivan',
  'Jane',
  'Karl',
  'Lena',
  'Milo',
  'Nina',
  'Omar',
  'Pia',
  'Rosa',
  'Sam',
  'Tara',
  'Uma',
  'Vera',
  'Walt',
  'Yuri',
  'Zoe',
]
const surnameBegins = [
  'Ash',
  'Bell',
  'Car',
  'Dun',
  'Ever',
  'Fair',
  'Gar',
  'Hart',
  'Ken',
  'Lock',
  'Mil',
  'New',
  'Oak',
  'Park',
  'Red',
  'Sand',
  'Thorn',
  'Under',
  'West',
  'York',
]
const surnameEnds = ['er', 'ley', 'man', 'ner', 'son', 'ston', 'well', 'wood', 'by', 'croft', 'den', 'more']

const adjectives = [
  'blue',
  'green',
  'red',
  'small',
  'large',
  'old',
  'steel',
  'glass',
  'paper',
  'oak',
  'silver',
  'black',
  'white',
  'round',
  'heavy',
  'light',
  'warm',
  'folding',
]
const things = [
  'lamp',
  'table',
  'chair',
  'clock',
  'kettle',
  'mirror',
  'radio',
  'ladder',
  'basket',
  'carpet',
  'bottle',
  'helmet',
  'tent',
  'guitar',
  'camera',
  'printer',
  'bicycle',
  'pillow',
  'shelf',
  'stove',
  'hammer',
  'jacket',
]

/** A fifth of all names and numbers are held out, always the same ones. */
const isHeldOut = (text: string): boolean => derivedSeed(0x6b32, text) % 5 === 0

/** Draws until one of the split comes. */
function ofSplit(split: Split, draw: () => string): string {
  for (;;) {
    const text = draw()
    if (isHeldOut(text) === (split === 'heldOut')) return text
  }
}

export const cityName = (d: Draws, split: Split): string =>
  ofSplit(split, () => d.pick(cityBegins) + d.pick(cityMiddles) + d.pick(cityEnds))

export const personName = (d: Draws, split: Split): string =>
  ofSplit(split, () => `${d.pick(firstNames)} ${d.pick(surnameBegins)}${d.pick(surnameEnds)}`)

export const itemName = (d: Draws, split: Split): string =>
  ofSplit(split, () => `${d.pick(adjectives)} ${d.pick(things)}`)

/** A whole number from `least` to `most`. */
export const numberOf = (d: Draws, split: Split, least: number, most: number): number =>
  Number(ofSplit(split, () => String(d.integer(least, most))))
