import type { RubricCheck } from '../../world/task.ts'

/** Texts by which an answer says that something is not done. */
export const refusalTexts: readonly string[] = [
  "can't",
  'can’t',
  'cannot',
  'can not',
  "couldn't",
  'couldn’t',
  'could not',
  'unable',
  'not able',
  'not allowed',
  'not permitted',
  'may not',
  'must not',
  'not possible',
  'impossible',
  'refused',
  'refuses',
  'rejected',
  'was not',
  "wasn't",
  "won't",
  'won’t',
  'will not',
  'failed',
  'no tool',
  "don't have",
  'do not have',
]

/** That an answer has told the user that something was not done. */
export const tellsRefusal = (what: string): RubricCheck => ({
  name: `says that ${what}`,
  check: { kind: 'said', anyOf: refusalTexts },
})
