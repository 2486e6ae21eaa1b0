import type { Draws } from '../../draws.ts'
import { capital, either, thirdPerson } from './words.ts'

/** How the makers of one application name and describe their tools. */
export interface Style {
  readonly verbs: Readonly<Record<'get' | 'search' | 'create' | 'set' | 'remove' | 'count', string>>
  /** `cancel a shipment` as a sentence. */
  readonly sentence: (does: string) => string
  readonly returns: (what: string) => string
  readonly refuses: (reasons: readonly string[]) => string
  /** Names of the parameters that bound a column. */
  readonly bounds: (column: string) => readonly [least: string, most: string]
  readonly keyName: (key: string) => string
  /** Keys are described by a pattern too. */
  readonly keyPattern: boolean
  /** No other arguments are allowed. */
  readonly closed: boolean
  readonly limit: number
  /** What the application is for is told with this part of the tools. */
  readonly contextual: number
}

const verbs = {
  get: ['get', 'show', 'fetch', 'read', 'look_up', 'view', 'open', 'retrieve'],
  search: ['find', 'search', 'list', 'query', 'filter', 'browse'],
  create: ['create', 'add', 'register', 'enter', 'record', 'set_up'],
  set: ['set', 'change', 'update', 'edit', 'correct', 'adjust'],
  remove: ['delete', 'remove', 'erase', 'drop'],
  count: ['count', 'tally', 'number_of'],
} as const

const sentences: readonly ((does: string) => string)[] = [
  (does) => `${capital(does)}.`,
  (does) => `${capital(thirdPerson(does))}.`,
  (does) => `Use this to ${does}.`,
  (does) => `Lets you ${does}.`,
]

const returning: readonly ((what: string) => string)[] = [
  (what) => `Returns ${what}.`,
  (what) => `Answers with ${what}.`,
  (what) => `The result is ${what}.`,
  (what) => `Gives back ${what}.`,
]

const refusing: readonly ((reasons: readonly string[]) => string)[] = [
  (reasons) => `Fails if ${either(reasons)}.`,
  (reasons) => `Refused when ${either(reasons)}.`,
  (reasons) => `Not possible if ${either(reasons)}.`,
  (reasons) => `It is an error if ${either(reasons)}.`,
  (reasons) => `Does nothing but report an error when ${either(reasons)}.`,
]

const bounding: readonly Style['bounds'][] = [
  (column) => [`min_${column}`, `max_${column}`],
  (column) => [`${column}_from`, `${column}_to`],
  (column) => [`${column}_at_least`, `${column}_at_most`],
  (column) => [`lowest_${column}`, `highest_${column}`],
]

export const styleOf = (draw: Draws): Style => ({
  verbs: {
    get: draw.pick(verbs.get),
    search: draw.pick(verbs.search),
    create: draw.pick(verbs.create),
    set: draw.pick(verbs.set),
    remove: draw.pick(verbs.remove),
    count: draw.pick(verbs.count),
  },
  sentence: draw.pick(sentences),
  returns: draw.pick(returning),
  refuses: draw.pick(refusing),
  bounds: draw.pick(bounding),
  keyName: draw.chance(0.8) ? (key) => key : () => 'id',
  keyPattern: draw.chance(0.3),
  closed: draw.chance(0.85),
  limit: draw.pick([5, 10, 10, 20, 25, 50]),
  contextual: draw.pick([0.1, 0.3, 0.6]),
})
