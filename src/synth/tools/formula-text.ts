import type { Formula } from '../../world/semantics.ts'

type Sign = '+' | '-' | '*' | '/'

const tokensOf = (text: string): string[] => text.match(/[a-z_]\w*|\d+(?:\.\d+)?|[-+*/(),]/gi) ?? []

/**
 * A formula from its text: `round(max(0, a - b) / 2, 1)`. Names are parameters; there are `+ - * /`, brackets, `min`,
 * `max` and `round` with its digits.
 *
 * @throws Error naming what was not expected
 */
export function formulaOf(text: string): Formula {
  const tokens = tokensOf(text)
  let at = 0
  const take = (expected?: string): string => {
    const token = tokens[at++]
    if (token === undefined || (expected !== undefined && token !== expected))
      throw new Error(
        `formula ${JSON.stringify(text)}: expected ${expected ?? 'a value'}, got ${token ?? 'its end'}`,
      )
    return token
  }
  const chain = (signs: readonly Sign[], part: () => Formula): Formula => {
    let left = part()
    while (signs.includes(tokens[at] as Sign)) left = { op: take() as Sign, args: [left, part()] }
    return left
  }
  const sum = (): Formula => chain(['+', '-'], product)
  const product = (): Formula => chain(['*', '/'], value)
  const list = (): Formula[] => {
    take('(')
    const args = [sum()]
    while (tokens[at] === ',') {
      take(',')
      args.push(sum())
    }
    take(')')
    return args
  }
  const called = (name: 'min' | 'max' | 'round'): Formula => {
    const args = list()
    if (name !== 'round') return { op: name, args }
    const digits = args[1]
    if (args.length !== 2 || digits === undefined || !('value' in digits))
      throw new Error(`formula ${JSON.stringify(text)}: round needs a value and a number of digits`)
    return { op: 'round', args: [args[0]!], digits: Number(digits.value) }
  }
  const value = (): Formula => {
    const token = take()
    if (token === '(') {
      const inner = sum()
      take(')')
      return inner
    }
    if (token === 'min' || token === 'max' || token === 'round') return called(token)
    if (/^\d/.test(token)) return { value: Number(token) }
    if (/^[a-z_]/i.test(token)) return { param: token }
    throw new Error(`formula ${JSON.stringify(text)}: expected a value, got ${token}`)
  }
  const formula = sum()
  if (at < tokens.length)
    throw new Error(`formula ${JSON.stringify(text)}: nothing was expected after it, got ${tokens[at]}`)
  return formula
}
