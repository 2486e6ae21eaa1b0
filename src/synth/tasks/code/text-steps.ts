import type { Draws } from '../../../draws.ts'
import type { Step } from './pipelines.ts'

type TextStep = Step<string>

const letters = 'abcdefghijklmnopqrstuvwxyz'
const wordsOf = (text: string): string[] => (text === '' ? [] : text.split(' '))

/** Steps on a text of ASCII letters, digits, spaces and marks called `text`. */
export const textSteps: readonly ((draw: Draws) => TextStep)[] = [
  (draw) => {
    const upper = draw.chance(0.5)
    return {
      verb: upper ? 'upper' : 'lower',
      rule: `turn all letters into ${upper ? 'capitals' : 'small letters'}`,
      javascript: `text = text.to${upper ? 'Upper' : 'Lower'}Case()`,
      python: `text = text.${upper ? 'upper' : 'lower'}()`,
      apply: (text) => (upper ? text.toUpperCase() : text.toLowerCase()),
    }
  },
  () => ({
    verb: 'mirrored',
    rule: 'reverse the order of the characters',
    javascript: "text = text.split('').reverse().join('')",
    python: 'text = text[::-1]',
    apply: (text) => [...text].reduce((reversed, character) => character + reversed, ''),
  }),
  () => ({
    verb: 'tidy',
    rule: 'put one space where there are several, and none at the beginning or the end',
    javascript: "text = text.split(' ').filter((word) => word !== '').join(' ')",
    python: "text = ' '.join(word for word in text.split(' ') if word)",
    apply: (text) => text.replaceAll(/ +/g, ' ').trim(),
  }),
  () => ({
    verb: 'swapped',
    rule: 'reverse the order of the words, which single spaces divide',
    javascript: "text = text.split(' ').reverse().join(' ')",
    python: "text = ' '.join(text.split(' ')[::-1])",
    apply: (text) =>
      text
        .split(' ')
        .reduceRight((line, word, at, all) => (at === all.length - 1 ? word : `${line} ${word}`), ''),
  }),
  (draw) => {
    const gone = draw.sample([...'aeiou'], draw.integer(1, 4)).join('')
    return {
      verb: 'without',
      rule: `remove the letters ${[...gone].join(', ')}, small or capital`,
      javascript: `text = text.replaceAll(/[${gone}]/gi, '')`,
      python: `text = ''.join(c for c in text if c.lower() not in ${JSON.stringify(gone)})`,
      apply: (text) => [...text].filter((c) => !gone.includes(c.toLowerCase())).join(''),
    }
  },
  (draw) => {
    const by = draw.integer(1, 25)
    return {
      verb: 'shifted',
      rule: `replace each small letter by the one ${by} places later in the alphabet, going on with a after z`,
      javascript: `const letters = '${letters}'\ntext = text.replaceAll(/[a-z]/g, (c) => letters[(letters.indexOf(c) + ${by}) % 26])`,
      python: `letters = '${letters}'\ntext = ''.join(letters[(letters.index(c) + ${by}) % 26] if c in letters else c for c in text)`,
      apply: (text) =>
        [...text]
          .map((c) =>
            c >= 'a' && c <= 'z' ? String.fromCharCode(97 + ((c.charCodeAt(0) - 97 + by) % 26)) : c,
          )
          .join(''),
    }
  },
  (draw) => {
    const [from, to] = [draw.pick([...'aeost']), draw.pick([...'*_0x#'])]
    return {
      verb: 'masked',
      rule: `replace each "${from}" by "${to}"`,
      javascript: `text = text.replaceAll('${from}', '${to}')`,
      python: `text = text.replace('${from}', '${to}')`,
      apply: (text) => text.split(from).join(to),
    }
  },
  (draw) => {
    const least = draw.integer(2, 4)
    return {
      verb: 'long',
      rule: `drop the words with fewer than ${least} characters; words are what single spaces divide`,
      javascript: `text = text.split(' ').filter((word) => word.length >= ${least}).join(' ')`,
      python: `text = ' '.join(word for word in text.split(' ') if len(word) >= ${least})`,
      apply: (text) =>
        text
          .split(' ')
          .flatMap((word) => (word.length < least ? [] : [word]))
          .join(' '),
    }
  },
  () => ({
    verb: 'letters',
    rule: 'remove everything that is not a letter or a space',
    javascript: "text = text.replaceAll(/[^A-Za-z ]/g, '')",
    python: "text = ''.join(c for c in text if c.isalpha() or c == ' ')",
    apply: (text) => [...text].filter((c) => c === ' ' || c.toLowerCase() !== c.toUpperCase()).join(''),
  }),
  () => ({
    verb: 'squeezed',
    rule: 'keep one of each run of equal characters',
    javascript: "text = [...text].filter((c, index) => c !== text[index - 1]).join('')",
    python: "text = ''.join(c for i, c in enumerate(text) if i == 0 or c != text[i - 1])",
    apply: (text) => text.replaceAll(/(.)\1+/g, '$1'),
  }),
  (draw) => {
    const most = draw.integer(6, 14)
    return {
      verb: 'short',
      rule: `keep the first ${most} characters`,
      javascript: `text = text.slice(0, ${most})`,
      python: `text = text[:${most}]`,
      apply: (text) => [...text].filter((_, at) => at < most).join(''),
    }
  },
]

export const textEnds: readonly ((draw: Draws) => Step<string, unknown>)[] = [
  () => ({
    verb: 'text',
    rule: 'return the text',
    javascript: 'return text',
    python: 'return text',
    apply: (text) => text,
  }),
  () => ({
    verb: 'words',
    rule: 'return the list of its words, which single spaces divide; of an empty text an empty list',
    javascript: "return text === '' ? [] : text.split(' ')",
    python: "return text.split(' ') if text else []",
    apply: wordsOf,
  }),
  () => ({
    verb: 'vowels',
    rule: 'return how many vowels (a, e, i, o, u, small or capital) it has',
    javascript: "return [...text].filter((c) => 'aeiouAEIOU'.includes(c)).length",
    python: "return sum(c in 'aeiouAEIOU' for c in text)",
    apply: (text) => text.match(/[aeiou]/gi)?.length ?? 0,
  }),
  () => ({
    verb: 'lengths',
    rule: 'return the list of the lengths of its words, which single spaces divide; of an empty text an empty list',
    javascript: "return text === '' ? [] : text.split(' ').map((word) => word.length)",
    python: "return [len(word) for word in text.split(' ')] if text else []",
    apply: (text) => wordsOf(text).map(({ length }) => length),
  }),
  () => ({
    verb: 'runs',
    rule: 'return the list of its runs of equal characters, each as a list of the character and its count',
    javascript:
      'const runs = []\nfor (const c of text) {\n  if (runs.length > 0 && runs.at(-1)[0] === c) runs.at(-1)[1]++\n  else runs.push([c, 1])\n}\nreturn runs',
    python:
      'runs = []\nfor c in text:\n    if runs and runs[-1][0] == c:\n        runs[-1][1] += 1\n    else:\n        runs.append([c, 1])\nreturn runs',
    apply: (text) => (text.match(/(.)\1*/g) ?? []).map((run) => [run[0]!, run.length]),
  }),
  () => ({
    verb: 'palindrome',
    rule: 'return whether it reads the same from both ends',
    javascript: "return text === [...text].reverse().join('')",
    python: 'return text == text[::-1]',
    apply: (text) => [...text].every((c, at) => c === text[text.length - 1 - at]),
  }),
]
