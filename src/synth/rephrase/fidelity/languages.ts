/** What is known of a language: how it is told from others, and how it says no. */
export interface LanguageRow {
  readonly code: string
  readonly name: string
  /** Small words that come in nearly every sentence and seldom in other languages of the table. */
  readonly common: string
  /** Words that deny. */
  readonly denying: string
  /** Whether every noun begins with a capital, so that capitals tell no names. */
  readonly capitalNouns?: true
}

/** Languages in Latin letters. */
export const languages: readonly LanguageRow[] = [
  {
    code: 'en',
    name: 'English',
    common: 'the of and to is was that with for by from which were are this it as at his her they have',
    denying: "not no never none neither nor nobody nothing nowhere without cannot can't n't",
  },
  {
    code: 'de',
    name: 'German',
    common: 'der die das und ist nicht ein eine mit den dem des von zu wird auf für sich auch wurde sind',
    denying: 'nicht kein keine keinen keinem keiner nie niemals niemand nichts nirgends ohne weder',
    capitalNouns: true,
  },
  {
    code: 'fr',
    name: 'French',
    common: 'le la les et est une des du dans que qui pour par sur pas avec au aux ce cette sont il elle',
    denying: "pas jamais aucun aucune rien personne sans ni non n'est",
  },
  {
    code: 'es',
    name: 'Spanish',
    common: 'el la los las y es una del que en por para con se su al como fue son más pero este esta',
    denying: 'no nunca jamás ninguno ninguna ningún nada nadie sin ni tampoco',
  },
  {
    code: 'it',
    name: 'Italian',
    common: 'il lo la gli e è una della di che in per con si del nel sono come anche questo alla più dei',
    denying: 'non mai nessuno nessuna nessun niente nulla senza né',
  },
  {
    code: 'pt',
    name: 'Portuguese',
    common: 'o a os as e é uma do da dos das que em para com se no na por foi são mais como ao não',
    denying: 'não nunca jamais nenhum nenhuma nada ninguém sem nem',
  },
  {
    code: 'nl',
    name: 'Dutch',
    common: 'de het een en van is dat in op te zijn met voor niet aan er door ook als naar bij werd om',
    denying: 'niet geen nooit niemand niets nergens zonder noch',
  },
]

/** Scripts that tell a language by themselves, those that others use too after them. */
const scripts: readonly (readonly [code: string, pattern: RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['zh', /\p{Script=Han}/gu],
  ['ru', /\p{Script=Cyrillic}/gu],
  ['ar', /\p{Script=Arabic}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['hi', /\p{Script=Devanagari}/gu],
  ['th', /\p{Script=Thai}/gu],
]

/** Languages that a text can be told to be in. */
export const languageCodes: readonly string[] = [
  ...languages.map(({ code }) => code),
  ...scripts.map(([code]) => code),
]

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}'’]+/gu) ?? []
const common = languages.map((row) => ({ row, words: new Set(row.common.split(' ')) }))

/** Of a script, the share of its letters in a text from which on the text is of its language. */
const scriptShare = 0.2
/** Of a language in Latin letters, the share of words that are its small words, and fewest of them. */
const commonShare = 0.08
const fewestCommon = 3

/** The language of a text, or null where there is too little to tell, as in a list of formulas. */
export function languageOf(text: string): string | null {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  for (const [code, pattern] of scripts) {
    const own = text.match(pattern)?.length ?? 0
    if (own >= fewestCommon && own / letters >= scriptShare) return code
  }
  const words = wordsOf(text)
  const counts = common.map(({ words: small }) => words.filter((word) => small.has(word)).length)
  const best = Math.max(...counts)
  if (best < fewestCommon || best / words.length < commonShare) return null
  // Near relatives that are as likely tell nothing.
  return counts.filter((count) => count > best * 0.8).length > 1
    ? null
    : common[counts.indexOf(best)]!.row.code
}

export const languageNamed = (code: string): LanguageRow | undefined =>
  languages.find((row) => row.code === code)
