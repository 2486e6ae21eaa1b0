/**
 * Texts of one sort. In a template `{list}` is a word of a list, `{a|b}` one of these, `#` a digit and `%` a capital
 * letter.
 */
export interface Pool {
  /** `a city`: what a parameter with such a value is. */
  readonly noun: string
  readonly templates: readonly string[]
  /** Without capitals and spaces, as in addresses and logins. */
  readonly plain?: boolean
}

export const pool = (noun: string, ...templates: readonly string[]): Pool => ({ noun, templates })
export const plainPool = (noun: string, ...templates: readonly string[]): Pool => ({
  noun,
  templates,
  plain: true,
})
