/** The keys, numbers and days of a text: what cannot be said otherwise without saying something else. */
export const factsOf = (text: string): readonly string[] =>
  text.match(/[A-Za-z]+-\d[\w-]*|\d+(?:[.,:-]\d+)*/g) ?? []
