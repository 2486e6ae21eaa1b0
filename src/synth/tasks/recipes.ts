import type { TaskFamily } from '../../world/task.ts'
import { ability, allowedValues, greeting, neededForNew, outOfScope, sum } from './exchanges/chat.ts'
import { ambiguousRow, confirmed, unnamed, unsaidValue } from './exchanges/clarified.ts'
import { type Recipe, sequence } from './exchanges/exchange.ts'
import { alternative, withFailures, wrongId } from './exchanges/failing.ts'
import { forbidden, protectedRow } from './exchanges/policy.ts'
import { refused } from './exchanges/refused.ts'
import { regret } from './exchanges/regret.ts'
import { parallel, series, single } from './exchanges/request.ts'
import { changeFound, lookupFound } from './goals/dependent.ts'
import { list } from './goals/list.ts'
import { lookup } from './goals/lookup.ts'
import {
  someCall,
  someDependent,
  someDependentRead,
  someDependentWrite,
  someLong,
  someRead,
  someWrite,
} from './goals/makers.ts'

/** Families that are made from tools with semantics; tasks of code are made otherwise. */
export type ToolFamily = Exclude<TaskFamily, 'code'>

/** From easy to hard: one of a list is drawn, those that an agent's tools have nothing for are passed over. */
export const recipes: Readonly<Record<ToolFamily, readonly [Level, Level, Level, Level]>> = {
  single_call: [
    [single(someRead)],
    [single(someWrite), single(list)],
    [
      refused,
      regret,
      sequence(single(someRead), single(someWrite)),
      sequence(single(someRead), single(someRead)),
    ],
    [
      sequence(regret, single(someRead)),
      sequence(single(someRead), regret),
      sequence(single(someWrite), forbidden(false)),
      sequence(refused, single(someWrite)),
    ],
  ],
  parallel_calls: [
    [parallel(lookup, 2, 2), parallel(someRead, 2, 2)],
    [parallel(someRead, 2, 3), parallel(someCall, 2, 2)],
    [parallel(someCall, 3, 4), sequence(parallel(someRead, 2, 3), single(someWrite))],
    [
      sequence(parallel(someCall, 2, 3), regret),
      sequence(parallel(someCall, 3, 4), single(someDependent)),
      sequence(parallel(someRead, 2, 3), forbidden(false)),
    ],
  ],
  dependent_calls: [
    [single(someDependentRead), single(lookupFound)],
    [single(someDependentWrite), single(changeFound)],
    [single(someLong), series(someDependent, someRead), protectedRow],
    [
      sequence(single(someLong), single(someDependent)),
      sequence(single(someDependent), regret),
      series(someDependent, someLong),
      sequence(protectedRow, single(someDependent)),
    ],
  ],
  error_recovery: [
    [withFailures(single(someRead), 1, 1)],
    [withFailures(single(someWrite), 1, 1), withFailures(single(someRead), 1, 2)],
    [
      withFailures(parallel(someCall, 2, 3), 1, 1),
      withFailures(single(someDependent), 2, 1),
      wrongId,
      alternative,
    ],
    [
      withFailures(wrongId, 1, 1),
      withFailures(sequence(single(someDependent), single(someCall)), 2, 2),
      withFailures(single(someLong), 2, 2),
      withFailures(alternative, 1, 2),
    ],
  ],
  no_tool: [
    [greeting, ability],
    [allowedValues, neededForNew, sum],
    [outOfScope, forbidden(false), sequence(greeting, allowedValues)],
    [forbidden(true), sequence(allowedValues, forbidden(false)), sequence(neededForNew, outOfScope)],
  ],
  clarification: [
    [unnamed],
    [unsaidValue(false), unnamed],
    [ambiguousRow, confirmed, unsaidValue(true)],
    [
      withFailures(unnamed, 1, 1),
      sequence(unnamed, single(someDependent)),
      sequence(ambiguousRow, single(someRead)),
      sequence(confirmed, single(someCall)),
      withFailures(ambiguousRow, 1, 1),
    ],
  ],
}

type Level = readonly Recipe[]
