import type { Mistake } from './mistake.ts'
import {
  breaksRule,
  claimsWithoutCalling,
  givesUp,
  ignoresUser,
  invalidArguments,
  needlessCall,
  noQuestion,
  unknownTool,
} from './wrong-conduct.ts'
import { inventedFact, untoldFact, wrongFact, wrongLookup } from './wrong-words.ts'
import {
  extraWrite,
  inventedId,
  omittedCall,
  repeatedWrite,
  wrongArgument,
  wrongTool,
} from './wrong-writes.ts'

/** What can be planted, by name. */
export const mistakes = {
  wrong_argument: wrongArgument,
  wrong_tool: wrongTool,
  wrong_lookup: wrongLookup,
  omitted_call: omittedCall,
  extra_write: extraWrite,
  repeated_write: repeatedWrite,
  invented_id: inventedId,
  untold_fact: untoldFact,
  wrong_fact: wrongFact,
  invented_fact: inventedFact,
  no_question: noQuestion,
  gives_up: givesUp,
  invalid_arguments: invalidArguments,
  unknown_tool: unknownTool,
  claims_without_calling: claimsWithoutCalling,
  ignores_user: ignoresUser,
  needless_call: needlessCall,
  breaks_rule: breaksRule,
} as const satisfies Record<string, Mistake>

export type MistakeKind = keyof typeof mistakes
export const mistakeKinds = Object.keys(mistakes) as MistakeKind[]
