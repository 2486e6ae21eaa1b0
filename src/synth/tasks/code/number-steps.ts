import type { Draws } from '../../../draws.ts'
import type { Step } from './pipelines.ts'

type NumberStep = Step<readonly number[]>

/** Steps on a list of integers called `values`. */
export const numberSteps: readonly ((draw: Draws) => NumberStep)[] = [
  (draw) => {
    const k = draw.integer(2, 6)
    return {
      verb: 'divisible',
      rule: `keep the values that are divisible by ${k}`,
      javascript: `values = values.filter((value) => value % ${k} === 0)`,
      python: `values = [value for value in values if value % ${k} == 0]`,
      apply: (values) => values.filter((value) => Number.isInteger(value / k)),
    }
  },
  (draw) => {
    const k = draw.integer(2, 9)
    return {
      verb: 'scaled',
      rule: `multiply each value by ${k}`,
      javascript: `values = values.map((value) => value * ${k})`,
      python: `values = [value * ${k} for value in values]`,
      apply: (values) => values.map((value) => value * k),
    }
  },
  (draw) => {
    const k = draw.integer(1, 20)
    return {
      verb: 'shifted',
      rule: `add ${k} to each value`,
      javascript: `values = values.map((value) => value + ${k})`,
      python: `values = [value + ${k} for value in values]`,
      apply: (values) => values.map((value) => k + value),
    }
  },
  (draw) => {
    const limit = draw.integer(-5, 15)
    return {
      verb: 'above',
      rule: `drop the values that are not greater than ${limit}`,
      javascript: `values = values.filter((value) => value > ${limit})`,
      python: `values = [value for value in values if value > ${limit}]`,
      apply: (values) => values.filter((value) => !(value <= limit)),
    }
  },
  (draw) => {
    const [low, width] = [draw.integer(-10, 0), draw.integer(5, 30)]
    const high = low + width
    return {
      verb: 'clipped',
      rule: `replace values below ${low} by ${low} and values above ${high} by ${high}`,
      javascript: `values = values.map((value) => Math.min(Math.max(value, ${low}), ${high}))`,
      python: `values = [min(max(value, ${low}), ${high}) for value in values]`,
      apply: (values) => values.map((value) => (value < low ? low : value > high ? high : value)),
    }
  },
  (draw) => {
    const n = draw.integer(2, 5)
    return {
      verb: 'first',
      rule: `keep the first ${n} values, or all if there are fewer`,
      javascript: `values = values.slice(0, ${n})`,
      python: `values = values[:${n}]`,
      apply: (values) => values.filter((_, at) => at < n),
    }
  },
  (draw) => {
    const n = draw.integer(1, 3)
    return {
      verb: 'trimmed',
      rule: `drop the last ${n === 1 ? 'value' : `${n} values`}, or all if there are fewer`,
      javascript: `values = values.slice(0, Math.max(values.length - ${n}, 0))`,
      python: `values = values[:max(len(values) - ${n}, 0)]`,
      apply: (values) => values.filter((_, at) => at < values.length - n),
    }
  },
  (draw) => {
    const n = draw.integer(2, 4)
    return {
      verb: 'sampled',
      rule: `keep each ${['second', 'third', 'fourth'][n - 2]} value, beginning with the first`,
      javascript: `values = values.filter((_, index) => index % ${n} === 0)`,
      python: `values = values[::${n}]`,
      apply: (values) => values.filter((_, at) => Number.isInteger(at / n)),
    }
  },
  () => ({
    verb: 'reversed',
    rule: 'put the values in reverse order',
    javascript: 'values = values.toReversed()',
    python: 'values = values[::-1]',
    apply: (values) => values.map((_, at) => values[values.length - 1 - at]!),
  }),
  (draw) => {
    const down = draw.chance(0.5)
    return {
      verb: down ? 'descending' : 'ascending',
      rule: `sort the values from the ${down ? 'largest to the smallest' : 'smallest to the largest'}`,
      javascript: `values = values.toSorted((a, b) => ${down ? 'b - a' : 'a - b'})`,
      python: `values = sorted(values${down ? ', reverse=True' : ''})`,
      apply: (values) =>
        down ? [...Float64Array.from(values).sort()].reverse() : [...Float64Array.from(values).sort()],
    }
  },
  () => ({
    verb: 'distinct',
    rule: 'remove values that came before, so that each stands at its first place only',
    javascript: 'values = [...new Set(values)]',
    python: 'values = list(dict.fromkeys(values))',
    apply: (values) => values.filter((value, at) => values.indexOf(value) === at),
  }),
  () => ({
    verb: 'running',
    rule: 'replace each value by the sum of it and all before it',
    javascript: 'let total = 0\nvalues = values.map((value) => (total += value))',
    python:
      'total = 0\nsums = []\nfor value in values:\n    total += value\n    sums.append(total)\nvalues = sums',
    apply: (values) => values.map((_, at) => values.slice(0, at + 1).reduce((a, b) => a + b, 0)),
  }),
  () => ({
    verb: 'stepwise',
    rule: 'replace the list by the differences of neighbours, the later one minus the earlier one',
    javascript: 'values = values.slice(1).map((value, index) => value - values[index])',
    python: 'values = [after - before for before, after in zip(values, values[1:])]',
    apply: (values) => values.flatMap((value, at) => (at === 0 ? [] : [value - values[at - 1]!])),
  }),
  (draw) => {
    const n = draw.integer(1, 3)
    return {
      verb: 'rotated',
      rule: `move the first ${n === 1 ? 'value' : `${n} values`} to the end if the list has more than ${n}`,
      javascript: `if (values.length > ${n}) values = [...values.slice(${n}), ...values.slice(0, ${n})]`,
      python: `if len(values) > ${n}:\n    values = values[${n}:] + values[:${n}]`,
      apply: (values) =>
        values.length > n ? values.map((_, at) => values[(at + n) % values.length]!) : values,
    }
  },
  () => ({
    verb: 'absolute',
    rule: 'make negative values positive',
    javascript: 'values = values.map((value) => Math.abs(value))',
    python: 'values = [abs(value) for value in values]',
    apply: (values) => values.map((value) => (value < 0 ? -value : value)),
  }),
]

/** What becomes of the list in the end. */
export const numberEnds: readonly ((draw: Draws) => Step<readonly number[], unknown>)[] = [
  () => ({
    verb: 'values',
    rule: 'return the list',
    javascript: 'return values',
    python: 'return values',
    apply: (values) => values,
  }),
  () => ({
    verb: 'sum',
    rule: 'return the sum of the values, 0 for an empty list',
    javascript: 'return values.reduce((sum, value) => sum + value, 0)',
    python: 'return sum(values)',
    apply: (values) => values.reduce((a, b) => b + a, 0),
  }),
  (draw) => {
    const largest = draw.chance(0.5)
    return {
      verb: largest ? 'maximum' : 'minimum',
      rule: `return the ${largest ? 'largest' : 'smallest'} value, or ${'nothing (null or None)'} for an empty list`,
      javascript: `return values.length === 0 ? null : Math.${largest ? 'max' : 'min'}(...values)`,
      python: `return ${largest ? 'max' : 'min'}(values) if values else None`,
      apply: (values) => [...values].sort((a, b) => (largest ? b - a : a - b))[0] ?? null,
    }
  },
  (draw) => {
    const mark = draw.pick(['-', ', ', ' ', '|', ';'])
    return {
      verb: 'text',
      rule: `return the values as one text, joined with ${JSON.stringify(mark)}`,
      javascript: `return values.join(${JSON.stringify(mark)})`,
      python: `return ${JSON.stringify(mark)}.join(str(value) for value in values)`,
      apply: (values) =>
        values.reduce((text, value, at) => (at === 0 ? `${value}` : text + mark + value), ''),
    }
  },
  (draw) => {
    const k = draw.integer(2, 5)
    return {
      verb: 'groups',
      rule: `return the list cut into lists of ${k} values, the last one shorter where they do not come out even`,
      javascript: `const groups = []\nfor (let at = 0; at < values.length; at += ${k}) groups.push(values.slice(at, at + ${k}))\nreturn groups`,
      python: `return [values[at:at + ${k}] for at in range(0, len(values), ${k})]`,
      apply: (values) =>
        values.reduce<number[][]>((groups, value, at) => {
          if (at % k === 0) groups.push([])
          groups.at(-1)!.push(value)
          return groups
        }, []),
    }
  },
  () => ({
    verb: 'counts',
    rule: 'return a mapping from each value, written as a text, to how often it occurs',
    javascript:
      'const counts = {}\nfor (const value of values) counts[value] = (counts[value] ?? 0) + 1\nreturn counts',
    python:
      'counts = {}\nfor value in values:\n    counts[str(value)] = counts.get(str(value), 0) + 1\nreturn counts',
    apply: (values) =>
      Object.fromEntries(
        values.map((value) => [`${value}`, values.filter((other) => other === value).length]),
      ),
  }),
]
