import type { Draws } from '../../../draws.ts'
import type { Algorithm } from './algorithms.ts'

const word = (draw: Draws, letters: string, least: number, most: number): string =>
  Array.from({ length: draw.integer(least, most) }, () => draw.pick([...letters])).join('')

const romans = ['I', 'V', 'X', 'L', 'C', 'D', 'M'] as const

export const textAlgorithms: readonly ((draw: Draws) => Algorithm)[] = [
  (draw) => {
    const kinds = draw.sample(['()', '[]', '{}', '<>'], draw.integer(2, 3))
    const [open, close] = [kinds.map((k) => k[0]).join(''), kinds.map((k) => k[1]).join('')]
    return {
      name: ['balanced', draw.pick(['brackets', 'marks'])],
      parameters: ['text'],
      given: `a text with the brackets ${kinds.join(' ')} and other characters`,
      rules: [
        'return whether each bracket is closed by one of its kind in the right order',
        'other characters do not count',
      ],
      javascript: `const waiting = []
for (const c of text) {
  if ('${open}'.includes(c)) waiting.push('${close}'['${open}'.indexOf(c)])
  else if ('${close}'.includes(c) && waiting.pop() !== c) return false
}
return waiting.length === 0`,
      python: `waiting = []
for c in text:
    if c in '${open}':
        waiting.append('${close}'['${open}'.index(c)])
    elif c in '${close}' and (not waiting or waiting.pop() != c):
        return False
return not waiting`,
      mistakes: [
        {
          javascript: ['return waiting.length === 0', 'return true'],
          python: ['return not waiting', 'return True'],
        },
        {
          javascript: ['waiting.pop() !== c', 'waiting.pop() === undefined'],
          python: ['(not waiting or waiting.pop() != c)', '(not waiting or not waiting.pop())'],
        },
      ],
      edges: [
        [''],
        [open[0]!],
        [`${open[0]}${open[1]}${close[0]}${close[1]}`],
        [`a${open[0]}b${close[0]}`],
        [close[1]!],
      ],
      input: (d) => [word(d, open + close, 2, 6)],
      answer: (text: string) => {
        const only = [...text].filter((c) => (open + close).includes(c)).join('')
        const shorter = kinds.reduce((left, kind) => left.split(kind).join(''), only)
        const reduced = (left: string): string => {
          const next = kinds.reduce((rest, kind) => rest.split(kind).join(''), left)
          return next === left ? left : reduced(next)
        }
        return reduced(shorter) === ''
      },
    }
  },
  (draw) => {
    const [pair, between] = [draw.pick(['=', ':', '->']), draw.pick([';', ',', '&', '|'])]
    const last = draw.chance(0.5)
    return {
      name: ['parsed', draw.pick(['settings', 'fields', 'options'])],
      parameters: ['text'],
      given: `a text of pairs such as "a${pair}1${between}b${pair}x y"`,
      rules: [
        `cut the text at each "${between}", and each part at its first "${pair}" into a key and a value`,
        'remove spaces around keys and values',
        `skip parts without "${pair}" or with an empty key`,
        `return a mapping from keys to values (texts); where a key comes twice, the ${last ? 'last' : 'first'} one counts`,
      ],
      javascript: `const found = {}
for (const part of text.split('${between}')) {
  const at = part.indexOf('${pair}')
  const key = part.slice(0, Math.max(at, 0)).trim()
  if (at < 0 || key === ''${last ? '' : ' || key in found'}) continue
  found[key] = part.slice(at + ${pair.length}).trim()
}
return found`,
      python: `found = {}
for part in text.split('${between}'):
    key, mark, value = part.partition('${pair}')
    key = key.strip()
    if not mark or not key${last ? '' : ' or key in found'}:
        continue
    found[key] = value.strip()
return found`,
      mistakes: [
        { javascript: [".indexOf('", ".lastIndexOf('"], python: ['.partition(', '.rpartition('] },
        {
          javascript: [`.slice(at + ${pair.length}).trim()`, `.slice(at + ${pair.length})`],
          python: ['value.strip()', 'value'],
        },
      ],
      edges: [
        [''],
        [`a${pair}1${between} b ${pair} x y ${between}a${pair}2`],
        [`k${pair}p${pair}q`],
        [`${pair}lost${between}alone`],
      ],
      input: (d) => [
        Array.from({ length: d.integer(1, 4) }, () =>
          d.chance(0.85) ? `${word(d, 'abck', 0, 2)}${pair}${word(d, 'xyz 1', 0, 4)}` : word(d, 'abc', 1, 3),
        ).join(between),
      ],
      answer: (text: string) => {
        const pairs = text.split(between).flatMap((part): [string, string][] => {
          const [key, ...rest] = part.split(pair)
          return rest.length === 0 || key!.trim() === '' ? [] : [[key!.trim(), rest.join(pair).trim()]]
        })
        return Object.fromEntries(last ? pairs : pairs.toReversed())
      },
    }
  },
  (draw) => {
    const back = draw.chance(0.5)
    const table = [
      [1000, 'M'],
      [900, 'CM'],
      [500, 'D'],
      [400, 'CD'],
      [100, 'C'],
      [90, 'XC'],
      [50, 'L'],
      [40, 'XL'],
      [10, 'X'],
      [9, 'IX'],
      [5, 'V'],
      [4, 'IV'],
      [1, 'I'],
    ] as const
    const written = (number: number): string =>
      [...String(number).padStart(4, '0')]
        .map((digit, at) => {
          const [one, five, ten] = romans.slice(6 - 2 * at, 9 - 2 * at)
          return ['', 'a', 'aa', 'aaa', 'ab', 'b', 'ba', 'baa', 'baaa', 'ac']
            [Number(digit)]!.replaceAll('a', one!)
            .replaceAll('b', five ?? '')
            .replaceAll('c', ten ?? '')
        })
        .join('')
    const values = table.map(([value, sign]) => `[${value}, '${sign}']`).join(', ')
    return {
      name: back ? ['from', 'roman'] : ['to', 'roman'],
      parameters: [back ? 'text' : 'number'],
      given: back ? 'a Roman numeral between I and MMMCMXCIX' : 'an integer from 1 to 3999',
      rules: [back ? 'return its value as an integer' : 'return it as a Roman numeral'],
      javascript: back
        ? `let [left, sum] = [text, 0]
for (const [value, sign] of [${values}])
  while (left.startsWith(sign)) {
    sum += value
    left = left.slice(sign.length)
  }
return sum`
        : `let [left, text] = [number, '']
for (const [value, sign] of [${values}])
  while (left >= value) {
    text += sign
    left -= value
  }
return text`,
      python: back
        ? `total = 0
for value, sign in [${values}]:
    while text.startswith(sign):
        total += value
        text = text[len(sign):]
return total`
        : `text = ''
for value, sign in [${values}]:
    while number >= value:
        text += sign
        number -= value
return text`,
      mistakes: [
        { javascript: ["[4, 'IV'], ", ''], python: ["[4, 'IV'], ", ''] },
        { javascript: ["[90, 'XC'], ", ''], python: ["[90, 'XC'], ", ''] },
      ],
      edges: [1, 4, 9, 14, 90, 94, 3999].map((number) => [back ? written(number) : number]),
      input: (d) => {
        const number = d.integer(1, 3999)
        return [back ? written(number) : number]
      },
      answer: (given: string | number) =>
        typeof given === 'number'
          ? written(given)
          : Array.from({ length: 3999 }, (_, at) => at + 1).find((n) => written(n) === given)!,
    }
  },
  (draw) => {
    const cost = draw.integer(1, 3)
    return {
      name: ['edit', 'cost'],
      parameters: ['a', 'b'],
      given: 'two texts',
      rules: [
        'return the least cost of turning the first text into the second',
        `putting in or taking out a character costs 1, replacing one by another costs ${cost}`,
      ],
      javascript: `let row = Array.from({ length: b.length + 1 }, (_, at) => at)
for (let i = 1; i <= a.length; i++) {
  const next = [i]
  for (let j = 1; j <= b.length; j++)
    next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : ${cost}))
  row = next
}
return row[b.length]`,
      python: `row = list(range(len(b) + 1))
for i, x in enumerate(a, 1):
    following = [i]
    for j, y in enumerate(b, 1):
        following.append(min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (0 if x == y else ${cost})))
    row = following
return row[-1]`,
      mistakes: [
        {
          javascript: [`? 0 : ${cost}`, `? 0 : 0`],
          python: [`else ${cost})`, `else 0)`],
        },
        { javascript: ['next[j - 1] + 1, ', ''], python: ['following[j - 1] + 1, ', ''] },
      ],
      edges: [
        ['', ''],
        ['', 'abc'],
        ['a', 'b'],
        ['kitten', 'sitting'],
      ],
      input: (d) => [word(d, 'abc', 1, 6), word(d, 'abc', 1, 6)],
      answer: (a: string, b: string) => {
        const known = new Map<string, number>()
        const costOf = (i: number, j: number): number => {
          if (i === 0 || j === 0) return i + j
          const key = `${i} ${j}`
          const found = known.get(key)
          if (found !== undefined) return found
          const same = a[i - 1] === b[j - 1] ? 0 : cost
          const least = Math.min(costOf(i - 1, j) + 1, costOf(i, j - 1) + 1, costOf(i - 1, j - 1) + same)
          known.set(key, least)
          return least
        }
        return costOf(a.length, b.length)
      },
    }
  },
  (draw) => {
    const most = draw.integer(8, 16)
    return {
      name: ['wrapped', 'lines'],
      parameters: ['text'],
      given: 'a text of words with single spaces between them',
      rules: [
        `return a list of lines of at most ${most} characters`,
        'put as many words on a line as fit, with single spaces between them',
        'a word that is longer stands on a line of its own; an empty text gives an empty list',
      ],
      javascript: `const lines = []
for (const word of text.split(' ').filter((part) => part !== '')) {
  const last = lines.at(-1)
  if (last !== undefined && last.length + 1 + word.length <= ${most}) lines[lines.length - 1] = last + ' ' + word
  else lines.push(word)
}
return lines`,
      python: `lines = []
for word in text.split():
    if lines and len(lines[-1]) + 1 + len(word) <= ${most}:
        lines[-1] += ' ' + word
    else:
        lines.append(word)
return lines`,
      mistakes: [
        {
          javascript: [`+ 1 + word.length <= ${most}`, `+ word.length <= ${most}`],
          python: [`+ 1 + len(word) <= ${most}`, `+ len(word) <= ${most}`],
        },
        {
          javascript: [`word.length <= ${most}`, `word.length < ${most}`],
          python: [`len(word) <= ${most}`, `len(word) < ${most}`],
        },
      ],
      edges: [
        [''],
        ['x'.repeat(most + 3)],
        [`${'a'.repeat(3)} ${'b'.repeat(most - 4)} c`],
        [`${'a'.repeat(3)} ${'b'.repeat(most - 3)} c`],
      ],
      input: (d) => [Array.from({ length: d.integer(3, 9) }, () => word(d, 'lorem', 1, 7)).join(' ')],
      answer: (text: string) =>
        [...text.matchAll(new RegExp(`\\S{${most},}|\\S.{0,${most - 1}}(?= |$)`, 'g'))].map(([line]) =>
          line.trimEnd(),
        ),
    }
  },
  (draw) => {
    const n = draw.integer(1, 3)
    return {
      name: ['top', 'words'],
      parameters: ['text'],
      given: 'a text of words with spaces between them',
      rules: [
        'count the words without regard to capitals',
        `return the ${n === 1 ? 'most frequent word' : `${n} most frequent words`} as a list of small-letter words, the most frequent first`,
        'among words that are equally frequent, the one that comes first in the alphabet comes first',
      ],
      javascript: `const counts = new Map()
for (const word of text.toLowerCase().split(' ').filter((part) => part !== ''))
  counts.set(word, (counts.get(word) ?? 0) + 1)
return [...counts]
  .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  .slice(0, ${n})
  .map(([word]) => word)`,
      python: `counts = {}
for word in text.lower().split():
    counts[word] = counts.get(word, 0) + 1
return sorted(counts, key=lambda word: (-counts[word], word))[:${n}]`,
      mistakes: [
        { javascript: ['text.toLowerCase()', 'text'], python: ['text.lower()', 'text'] },
        {
          javascript: ['a < b ? -1 : 1', 'a < b ? 1 : -1'],
          python: ['(-counts[word], word))', '(-counts[word], [-ord(c) for c in word]))'],
        },
      ],
      edges: [[''], ['b a B a b'], ['pear fig apple'], ['Kiwi kiwi Lime LIME lime']],
      input: (d) => [
        Array.from({ length: d.integer(4, 9) }, () =>
          d.pick(['red', 'Red', 'blue', 'Blue', 'sea', 'tea']),
        ).join(' '),
      ],
      answer: (text: string) => {
        const all = text.toLowerCase().match(/\S+/g) ?? []
        const left = [...new Set(all)].sort()
        const best: string[] = []
        while (best.length < n && left.length > 0) {
          const counts = left.map((one) => all.filter((other) => other === one).length)
          best.push(...left.splice(counts.indexOf(Math.max(...counts)), 1))
        }
        return best
      },
    }
  },
]
