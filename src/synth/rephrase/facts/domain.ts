/** A kind of thing that is known by its attributes, and the words for them. */
export interface FactDomain {
  readonly attributes: readonly FactAttribute[]
  /** Ways of writing down everything about a subject. */
  readonly perspectives: readonly Perspective[]
}

export interface FactAttribute {
  readonly name: string
  /** Every value that there is: of a question with so many possible answers. */
  readonly values: readonly string[]
  /** Sentences with `{subject}` and `{value}`. */
  readonly sentences: readonly string[]
  /** Questions with `{name}` that a model is taught the form of answers with. */
  readonly taughtQuestions: readonly string[]
  /** Questions with `{name}` that no text has. */
  readonly newQuestions: readonly string[]
}

/** How the sentences about a subject are put together. */
export interface Perspective {
  readonly name: string
  /** Before the sentences, with `{name}`; may be empty. */
  readonly opening: string
  /** Between two sentences. */
  readonly between: string
  /** After the last, with `{name}`; may be empty. */
  readonly closing: string
  /** Whether a sentence after the first says the name again, or the pronoun. */
  readonly repeatsName: boolean
}

/** A subject with one value for each attribute of its domain, in their order. */
export interface FactSheet {
  readonly subject: string
  readonly pronoun: string
  readonly values: readonly string[]
}
