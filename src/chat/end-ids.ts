import type { Tokenizer } from '../tokenizer/tokenizer.ts'

/** Tokens that end an answer: of a turn, and of a document. */
const endNames = ['<|im_end|>', '[EOS]']

export const endIds = (tokenizer: Tokenizer): readonly number[] =>
  endNames.flatMap((name) => tokenizer.specials.get(name) ?? [])
