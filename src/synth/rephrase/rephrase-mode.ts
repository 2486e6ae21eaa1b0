import {
  type FidelityRules,
  knowledgeRules,
  mathematicsRules,
  translationRules,
} from './fidelity/check-fidelity.ts'
import { allStyles, styleName } from './styles.ts'

export const modeNames = ['knowledge', 'mathematics', 'translation'] as const
export type ModeName = (typeof modeNames)[number]

/** A way to write a text anew. */
export interface RephraseWay {
  /** A part of the unit's key: `knowledge/encyclopedia/neutral`. */
  readonly name: string
  /** What is to be done, for the model. */
  readonly task: string
}

/** A kind of rewriting: its ways, and what a rewriting must keep to. */
export interface RephraseMode {
  readonly name: ModeName
  readonly ways: readonly RephraseWay[]
  readonly rules: FidelityRules
}

/** What a rewriting may not do, whichever its way. Whoever changes words of this file raises the version. */
export const taskVersion = 1

const knowledge = (): RephraseMode => ({
  name: 'knowledge',
  rules: knowledgeRules,
  ways: allStyles.map((style) => ({
    name: styleName(style),
    task:
      `Tell the passage again as ${style.form.words}, with the eyes of ${style.perspective.words}. ` +
      'Use other words and other sentences than the source. State every fact that the passage states, with the ' +
      'same numbers, dates, units, names and quotations, and state no fact that it does not state. ' +
      "Write in the source's language.",
  })),
})

/** In the manner of SwallowMath (arXiv:2505.02881): what is not mathematics goes, what was left out is said. */
const mathematics = (): RephraseMode => ({
  name: 'mathematics',
  rules: mathematicsRules,
  ways: [
    {
      name: 'learning-notes',
      task:
        'Turn the passage into notes of somebody who learns the subject: what is given and asked, the idea, then ' +
        'the steps, each with its reason in a short sentence. Leave out what is not mathematics, such as menus, ' +
        'greetings and advertisements. Where the passage presupposes something, say it. Keep every formula and ' +
        'number as it is written, formulas between the same TeX marks, and keep the result.',
    },
    {
      name: 'worked-example',
      task:
        'Turn the passage into a worked example: the problem with all that it needs, then its solution step by ' +
        'step, each step with the rule that allows it, then a check of the result. Keep every formula and number ' +
        'as it is written, formulas between the same TeX marks.',
    },
  ],
})

const languageName = (code: string): string =>
  new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' }).of(code) ?? code

const translation = (language: string): RephraseMode => ({
  name: 'translation',
  rules: translationRules(language),
  ways: [
    {
      name: `to-${language}`,
      task:
        `Translate the passage into ${languageName(language)}. Keep every number, date, unit and formula; formulas ` +
        'stay as they are written, between the same TeX marks. Names have the form that is usual in that language.',
    },
  ],
})

/** @param language that is translated to, as a code such as `en`; of translations only */
export const rephraseMode = (name: ModeName, language: string): RephraseMode =>
  ({ knowledge, mathematics, translation: () => translation(language) })[name]()
