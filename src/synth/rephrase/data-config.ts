import { stringify } from 'yaml'

/** A source of training text, as `tsukimi pretrain` takes it. */
export interface WeightedSource {
  readonly path: string
  readonly tokens: number
  /** How often one of its tokens is drawn for once that another source's, of weight 1, is. */
  readonly weight: number
}

/** What the text is tokenised with; a model needs a vocabulary of that size. */
export interface DataTokenizer {
  readonly path: string
  readonly vocabSize: number
}

const digits = 1e6

/**
 * A config for `tsukimi pretrain` that draws from texts and their rewritings: weights are shares of the tokens drawn, so
 * that at weight 1 every token of every source comes equally often.
 */
export function dataConfig(
  sources: readonly WeightedSource[],
  textField: string,
  tokenizer?: DataTokenizer,
): string {
  const drawn = sources.map(({ tokens, weight }) => tokens * weight)
  const total = drawn.reduce((sum, each) => sum + each, 0)
  const shares = sources.map(({ path }, i) => ({
    path,
    weight: Math.max(1, Math.round((drawn[i]! / total) * digits)) / digits,
  }))
  return stringify({
    ...(tokenizer && {
      model: { vocabSize: tokenizer.vocabSize },
      tokenizer: { path: tokenizer.path },
    }),
    data: { sources: shares, textField },
  })
}
