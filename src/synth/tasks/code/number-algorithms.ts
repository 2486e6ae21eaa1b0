import type { Draws } from '../../../draws.ts'
import type { Algorithm } from './algorithms.ts'

const integers = (draw: Draws, least: number, most: number, low: number, high: number): number[] =>
  Array.from({ length: draw.integer(least, most) }, () => draw.integer(low, high))

export const numberAlgorithms: readonly ((draw: Draws) => Algorithm)[] = [
  (draw) => {
    const gap = draw.integer(0, 3)
    return {
      name: ['merge', 'ranges'],
      parameters: ['ranges'],
      given: 'a list of ranges, each a list of a start and an end with start ≤ end, in any order',
      rules: [
        'sort the ranges by their starts',
        `merge neighbours where the later one starts at most ${gap} after the end of the earlier one`,
        'return the merged ranges',
      ],
      javascript: `const merged = []
for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
  const last = merged.at(-1)
  if (last !== undefined && start <= last[1] + ${gap}) last[1] = Math.max(last[1], end)
  else merged.push([start, end])
}
return merged`,
      python: `merged = []
for start, end in sorted(ranges):
    if merged and start <= merged[-1][1] + ${gap}:
        merged[-1][1] = max(merged[-1][1], end)
    else:
        merged.append([start, end])
return merged`,
      mistakes: [
        {
          javascript: [`start <= last[1] + ${gap}`, `start < last[1] + ${gap}`],
          python: [`start <= merged[-1][1] + ${gap}`, `start < merged[-1][1] + ${gap}`],
        },
        {
          javascript: ['Math.max(last[1], end)', 'end'],
          python: ['max(merged[-1][1], end)', 'end'],
        },
      ],
      edges: [
        [[]],
        [
          [
            [1, 9],
            [2, 3],
            [4, 5],
          ],
        ],
        [
          [
            [10, 12],
            [1, 4],
            [4 + gap, 8],
          ],
        ],
      ],
      input: (d) => [
        Array.from({ length: d.integer(2, 6) }, () => {
          const start = d.integer(0, 40)
          return [start, start + d.integer(0, 8)]
        }),
      ],
      answer: (ranges: [number, number][]) => {
        // By marking: twice each place, so that ends which touch are told from those which do not.
        const sorted = [...ranges].sort(([a, b], [c, d]) => a - c || b - d)
        const groups: [number, number][] = []
        let reach = Number.NEGATIVE_INFINITY
        for (const [start, end] of sorted) {
          if (start - reach > gap) groups.push([start, end])
          reach = Math.max(reach, end)
          groups[groups.length - 1]![1] = reach
        }
        return groups
      },
    }
  },
  (draw) => {
    const window = draw.integer(2, 4)
    return {
      name: ['window', draw.pick(['totals', 'sums'])],
      parameters: ['values'],
      given: 'a list of integers',
      rules: [
        `return the list of the sums of each ${window} neighbouring values`,
        `return an empty list where there are fewer than ${window} values`,
      ],
      javascript: `const sums = []
for (let end = ${window}; end <= values.length; end++) {
  let sum = 0
  for (let at = end - ${window}; at < end; at++) sum += values[at]
  sums.push(sum)
}
return sums`,
      python: `return [sum(values[start:start + ${window}]) for start in range(len(values) - ${window} + 1)]`,
      mistakes: [
        {
          javascript: ['end <= values.length', 'end < values.length'],
          python: [`len(values) - ${window} + 1`, `len(values) - ${window}`],
        },
      ],
      edges: [[[]], [[1]], [Array.from({ length: window }, (_, at) => at + 1)]],
      input: (d) => [integers(d, 2, 9, -9, 20)],
      answer: (values: number[]) =>
        values.flatMap((_, at) =>
          at + window > values.length ? [] : [values.slice(at, at + window).reduce((a, b) => a + b, 0)],
        ),
    }
  },
  (draw) => {
    const base = draw.pick([2, 3, 5, 7, 12, 16])
    return {
      name: ['in', 'base', String(base)],
      parameters: ['number'],
      given: 'an integer, which may be negative',
      rules: [
        `return it written in base ${base} as a text, with the digits 0123456789abcdef`,
        'put a minus sign before negative ones; 0 is "0"',
      ],
      javascript: `if (number === 0) return '0'
let [left, text] = [Math.abs(number), '']
while (left > 0) {
  text = '0123456789abcdef'[left % ${base}] + text
  left = Math.floor(left / ${base})
}
return number < 0 ? '-' + text : text`,
      python: `if number == 0:
    return '0'
left, text = abs(number), ''
while left > 0:
    text = '0123456789abcdef'[left % ${base}] + text
    left //= ${base}
return '-' + text if number < 0 else text`,
      mistakes: [
        {
          javascript: ["number < 0 ? '-' + text : text", 'text'],
          python: ["'-' + text if number < 0 else text", 'text'],
        },
        {
          javascript: [
            `'0123456789abcdef'[left % ${base}] + text`,
            `text + '0123456789abcdef'[left % ${base}]`,
          ],
          python: [`'0123456789abcdef'[left % ${base}] + text`, `text + '0123456789abcdef'[left % ${base}]`],
        },
      ],
      edges: [[0], [-1], [base], [base * base + 2]],
      input: (d) => [d.integer(-5000, 5000)],
      answer: (number: number) => number.toString(base),
    }
  },
  (draw) => {
    const coins = draw.pick([
      [1, 5, 10, 25],
      [1, 3, 4],
      [2, 5, 9],
      [1, 7, 10],
      [3, 8, 11],
      [4, 6, 9],
    ])
    return {
      name: ['fewest', 'coins'],
      parameters: ['amount'],
      given: 'an amount, an integer that is at least 0',
      rules: [
        `return the least number of coins that make up the amount exactly, with coins of ${coins.join(', ')}, each as often as needed`,
        'return -1 where no coins make it up',
      ],
      javascript: `const fewest = [0]
for (let sum = 1; sum <= amount; sum++) {
  fewest[sum] = Infinity
  for (const coin of [${coins.join(', ')}])
    if (coin <= sum) fewest[sum] = Math.min(fewest[sum], fewest[sum - coin] + 1)
}
return fewest[amount] === Infinity ? -1 : fewest[amount]`,
      python: `fewest = [0]
for total in range(1, amount + 1):
    ways = [fewest[total - coin] + 1 for coin in [${coins.join(', ')}] if coin <= total]
    fewest.append(min(ways, default=float('inf')))
return -1 if fewest[amount] == float('inf') else fewest[amount]`,
      mistakes: [
        { javascript: ['coin <= sum', 'coin < sum'], python: ['if coin <= total', 'if coin < total'] },
        {
          javascript: ['const fewest = [0]', 'const fewest = [1]'],
          python: ['fewest = [0]', 'fewest = [1]'],
        },
      ],
      edges: [[0], [1], [coins[1]!], [coins[2]! * 2]],
      input: (d) => [d.integer(2, 60)],
      answer: (amount: number) => {
        // Breadth first: amounts that so many coins reach.
        let reached = new Set([0])
        for (let count = 0; count <= amount; count++) {
          if (reached.has(amount)) return count
          reached = new Set(
            [...reached].flatMap((sum) => coins.map((coin) => sum + coin)).filter((sum) => sum <= amount),
          )
        }
        return -1
      },
    }
  },
  (draw) => {
    const clockwise = draw.chance(0.5)
    return {
      name: ['turned', 'grid'],
      parameters: ['grid'],
      given: 'a list of rows of equal length, each a list of integers',
      rules: [
        `return the grid turned by a quarter ${clockwise ? 'clockwise' : 'counter-clockwise'}, as a list of rows`,
        'an empty grid stays empty',
      ],
      javascript: clockwise
        ? `if (grid.length === 0) return []
return grid[0].map((_, column) => grid.map((row) => row[column]).reverse())`
        : `if (grid.length === 0) return []
return grid[0].map((_, column) => grid.map((row) => row[column])).reverse()`,
      python: clockwise
        ? 'return [list(row) for row in zip(*grid[::-1])]'
        : 'return [list(row) for row in zip(*grid)][::-1]',
      mistakes: [
        { javascript: ['.reverse()', ''], python: ['[::-1]', ''] },
        {
          javascript: clockwise ? ['.reverse())', ').reverse()'] : [').reverse()', '.reverse())'],
          python: clockwise
            ? ['zip(*grid[::-1])]', 'zip(*grid)][::-1]']
            : ['zip(*grid)][::-1]', 'zip(*grid[::-1])]'],
        },
      ],
      edges: [
        [[]],
        [[[1, 2, 3]]],
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      ],
      input: (d) => {
        const width = d.integer(1, 4)
        return [Array.from({ length: d.integer(1, 4) }, () => integers(d, width, width, 0, 9))]
      },
      answer: (grid: number[][]) => {
        const [height, width] = [grid.length, grid[0]?.length ?? 0]
        return Array.from({ length: width }, (_, y) =>
          Array.from({ length: height }, (_, x) =>
            clockwise ? grid[height - 1 - x]![y]! : grid[x]![width - 1 - y]!,
          ),
        )
      },
    }
  },
  (draw) => {
    const strict = draw.chance(0.5)
    const word = strict ? 'rises' : 'never falls'
    return {
      name: ['longest', strict ? 'rise' : 'climb'],
      parameters: ['values'],
      given: 'a list of integers',
      rules: [
        `return the length of the longest part of neighbouring values that ${word}`,
        'an empty list gives 0',
      ],
      javascript: `let [longest, length] = [0, 0]
for (let at = 0; at < values.length; at++) {
  length = at > 0 && values[at] ${strict ? '>' : '>='} values[at - 1] ? length + 1 : 1
  longest = Math.max(longest, length)
}
return longest`,
      python: `longest = length = 0
for at, value in enumerate(values):
    length = length + 1 if at > 0 and value ${strict ? '>' : '>='} values[at - 1] else 1
    longest = max(longest, length)
return longest`,
      mistakes: [
        {
          javascript: strict ? ['values[at] > ', 'values[at] >= '] : ['values[at] >= ', 'values[at] > '],
          python: strict ? ['value > ', 'value >= '] : ['value >= ', 'value > '],
        },
        { javascript: ['length + 1 : 1', 'length + 1 : 0'], python: ['else 1', 'else 0'] },
      ],
      edges: [[[]], [[5]], [[1, 1, 2, 2, 3]], [[3, 2, 1]]],
      input: (d) => [integers(d, 3, 10, 0, 6)],
      answer: (values: number[]) => {
        let best = 0
        for (let from = 0; from < values.length; from++)
          for (let to = from + 1; to <= values.length; to++) {
            const part = values.slice(from, to)
            if (part.every((v, i) => i === 0 || (strict ? v > part[i - 1]! : v >= part[i - 1]!)))
              best = Math.max(best, part.length)
          }
        return best
      },
    }
  },
  (draw) => {
    const target = draw.integer(5, 20)
    return {
      name: ['pairs', 'of', String(target)],
      parameters: ['values'],
      given: 'a list of integers',
      rules: [
        `return how many pairs of places in the list hold values whose sum is ${target}`,
        'a place makes no pair with itself, and the order of a pair does not count',
      ],
      javascript: `const seen = new Map()
let pairs = 0
for (const value of values) {
  pairs += seen.get(${target} - value) ?? 0
  seen.set(value, (seen.get(value) ?? 0) + 1)
}
return pairs`,
      python: `seen = {}
pairs = 0
for value in values:
    pairs += seen.get(${target} - value, 0)
    seen[value] = seen.get(value, 0) + 1
return pairs`,
      mistakes: [
        {
          javascript: ['seen.set(value, (seen.get(value) ?? 0) + 1)', 'seen.set(value, 1)'],
          python: ['seen[value] = seen.get(value, 0) + 1', 'seen[value] = 1'],
        },
      ],
      edges: [[[]], [[2, 2, target - 2, target - 2]], [[target, 0, 0]]],
      input: (d) => [integers(d, 3, 10, 0, target)],
      answer: (values: number[]) =>
        values.reduce((n, a, i) => n + values.filter((b, j) => j > i && a + b === target).length, 0),
    }
  },
]
