/** What a rewriting is held against. */
export interface Passage {
  readonly source: string
  readonly rewritten: string
}

/** What is wrong with a rewriting, one sentence each; none where nothing is. */
export type FidelityRule = (passage: Passage) => readonly string[]

/** At most this many of a kind are named. */
const mostNamed = 5

/** `lost 1994, 12`; nothing where nothing is listed. */
export const listed = (what: string, items: Iterable<string>): string[] => {
  const all = [...items]
  if (all.length === 0) return []
  const more = all.length > mostNamed ? ` and ${all.length - mostNamed} more` : ''
  return [`${what} ${all.slice(0, mostNamed).join(', ')}${more}`]
}

/** Both directions of a comparison of what two texts say. */
export const differences = (
  kind: string,
  source: ReadonlySet<string>,
  rewritten: ReadonlySet<string>,
): string[] => [
  ...listed(`lost ${kind}`, source.difference(rewritten)),
  ...listed(`added ${kind}`, rewritten.difference(source)),
]
