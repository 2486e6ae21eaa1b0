/** How a text is told again: its form, and from where it is looked at. Whoever changes the words raises the version. */

export const stylesVersion = 1

export interface StyleRow {
  readonly name: string
  /** As a part of the task that a model is given. */
  readonly words: string
}

/** Forms of text. */
export const styles = [
  { name: 'encyclopedia', words: 'an entry of an encyclopedia: impersonal, dense, one idea a sentence' },
  { name: 'textbook', words: 'a passage of a textbook that leads from what is known to what is new' },
  { name: 'lecture', words: 'a lecture as it is spoken, with plain words and clear transitions' },
  { name: 'news', words: 'a report of a newspaper: the most important first, then the details' },
  { name: 'dialogue', words: 'a dialogue of two people, one of whom asks and one of whom knows' },
  { name: 'letter', words: 'a letter to somebody who is curious and has not read the original' },
  { name: 'notes', words: 'notes of short sentences, grouped by what they are about' },
  { name: 'story', words: 'a narrative that follows the order in which things happened' },
  { name: 'questions', words: 'questions that a reader would have, each followed by its full answer' },
  { name: 'essay', words: 'an essay with an argument that holds the facts together' },
  { name: 'guide', words: 'a guide that tells a reader what there is to know, step by step' },
  {
    name: 'definition',
    words: 'definitions and explanations of the things that are named, one after another',
  },
] as const satisfies readonly StyleRow[]

/** Points of view. */
export const perspectives = [
  { name: 'neutral', words: 'an observer who takes no side' },
  { name: 'expert', words: 'a specialist who writes for other specialists and keeps the exact terms' },
  { name: 'beginner', words: 'a teacher of beginners, who explains each term when it first comes' },
  { name: 'historian', words: 'a historian, who cares for when and in which order things came about' },
  { name: 'cause', words: 'somebody who asks of everything what it follows from and what it leads to' },
  { name: 'comparison', words: 'somebody who sets the things of the text beside each other' },
  { name: 'people', words: 'somebody who looks first at the people and places of the text' },
  { name: 'numbers', words: 'somebody who looks first at the quantities, dates and measures of the text' },
] as const satisfies readonly StyleRow[]

/** A form with a point of view. */
export interface RephraseStyle {
  readonly form: StyleRow
  readonly perspective: StyleRow
}

/** Every form with every point of view. */
export const allStyles: readonly RephraseStyle[] = styles.flatMap((form) =>
  perspectives.map((perspective) => ({ form, perspective })),
)

export const styleName = ({ form, perspective }: RephraseStyle): string => `${form.name}/${perspective.name}`
