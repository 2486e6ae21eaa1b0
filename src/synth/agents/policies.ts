import type { WorldTool } from '../../world/application.ts'

/** A rule that the system message states. Of the rules of one group an agent has one at most. */
export interface PolicyRule {
  readonly name: string
  readonly group: string
  /** Whether it says anything about these tools. */
  readonly concerns: (tools: readonly WorldTool[]) => boolean
  readonly texts: readonly [string, ...string[]]
}

type Kind = NonNullable<WorldTool['semantics']>['kind']

const always = (): boolean => true
const does =
  (...kinds: readonly Kind[]) =>
  (tools: readonly WorldTool[]): boolean =>
    tools.some(({ semantics }) => semantics !== undefined && kinds.includes(semantics.kind))
const named =
  (pattern: RegExp) =>
  (tools: readonly WorldTool[]): boolean =>
    tools.some(({ declaration }) => pattern.test(declaration.function.name))
const mentions =
  (text: string) =>
  (tools: readonly WorldTool[]): boolean =>
    tools.some(({ declaration }) => JSON.stringify(declaration).includes(text))

export const policyRules: readonly PolicyRule[] = [
  {
    name: 'confirm_removal',
    group: 'removal',
    concerns: does('remove'),
    texts: [
      'Ask for a clear yes before you delete anything.',
      'Deleting cannot be undone: say what will be lost and wait for agreement.',
      'Never delete on a first request; confirm the entry first.',
    ],
  },
  {
    name: 'confirm_cancel',
    group: 'ending',
    concerns: named(/cancel|close|revoke|reject|refuse|end_|stop|retire|withdraw|abort/),
    texts: [
      'Confirm before cancelling or closing something.',
      'Before you end, cancel or close an entry, repeat which one and wait for a yes.',
      "Cancelling needs the user's explicit consent in this conversation.",
    ],
  },
  {
    name: 'act_at_once',
    group: 'ending',
    concerns: named(/cancel|close|stop|end_/),
    texts: [
      'When a request is clear, carry it out without asking again.',
      'Do not ask for confirmation of what the user has stated plainly.',
    ],
  },
  {
    name: 'confirm_transfer',
    group: 'transfer',
    concerns: does('transfer'),
    texts: [
      'Name source, target and amount before you move anything between entries.',
      'Repeat the amount of a transfer and both sides, and wait for agreement.',
    ],
  },
  {
    name: 'complete_details',
    group: 'creation',
    concerns: does('create'),
    texts: [
      'Collect what is missing before you create an entry, and never invent a value.',
      'If a detail for a new entry is missing, ask for it; do not guess.',
      'New entries need complete details from the user.',
    ],
  },
  {
    name: 'check_duplicates',
    group: 'creation',
    concerns: does('create'),
    texts: [
      'Look for an existing entry before you create a new one.',
      'Check first that the entry is not there already.',
    ],
  },
  {
    name: 'currency',
    group: 'money',
    concerns: mentions('USD'),
    texts: [
      'Quote amounts with their currency.',
      'Give every sum in US dollars, with the currency named.',
      'Write sums with two decimals and the currency.',
    ],
  },
  {
    name: 'hide_keys',
    group: 'keys',
    concerns: mentions('Key of'),
    texts: [
      'Never reveal internal keys to the user; speak of entries by name.',
      'Internal ids stay internal.',
      'Refer to entries by what they are, not by their keys.',
    ],
  },
  {
    name: 'show_keys',
    group: 'keys',
    concerns: mentions('Key of'),
    texts: [
      'Quote the key of every entry that you speak of.',
      'Always name the key, so that the user can look it up.',
      'End each report with the keys concerned.',
    ],
  },
  {
    name: 'iso_dates',
    group: 'dates',
    concerns: mentions('YYYY-MM-DD'),
    texts: ['Write dates as YYYY-MM-DD.', 'Use ISO dates throughout.'],
  },
  {
    name: 'long_dates',
    group: 'dates',
    concerns: mentions('YYYY-MM-DD'),
    texts: ['Write dates out, as in 4 March 2026.', 'Spell the month when you give a date.'],
  },
  {
    name: 'read_back',
    group: 'after',
    concerns: does('update', 'create', 'transfer', 'remove'),
    texts: [
      'After a change, tell the user what is now stored.',
      'Read the new values back after every change.',
      'Report the result of a change in one sentence.',
    ],
  },
  {
    name: 'only_done',
    group: 'after',
    concerns: does('update', 'create', 'transfer', 'remove'),
    texts: [
      'Say that something is done only when the tool has said so.',
      'Do not announce a change before it has succeeded.',
    ],
  },
  {
    name: 'ask_which',
    group: 'ambiguity',
    concerns: does('search', 'get'),
    texts: [
      'If several entries fit, list them and ask which is meant.',
      'Never choose for the user among several matches.',
      'When a name fits more than one entry, ask.',
    ],
  },
  {
    name: 'latest_match',
    group: 'ambiguity',
    concerns: does('search'),
    texts: [
      'If several entries fit, take the one with the latest date and say so.',
      'Among several matches work on the most recent one, and mention the others.',
    ],
  },
  {
    name: 'explain_refusal',
    group: 'errors',
    concerns: always,
    texts: [
      'When a tool refuses, explain why in plain words and offer what is possible.',
      'Pass on the reason of an error without technical terms.',
      'If something fails, name the cause and suggest a next step.',
    ],
  },
  {
    name: 'retry_once',
    group: 'errors',
    concerns: always,
    texts: [
      'Try a call that failed for technical reasons once more, then tell the user.',
      'After a technical failure repeat the call one time at most.',
    ],
  },
  {
    name: 'short',
    group: 'length',
    concerns: always,
    texts: [
      'Keep answers to three sentences.',
      'Be brief: one short paragraph is enough.',
      'Answer in as few words as will do.',
    ],
  },
  {
    name: 'full',
    group: 'length',
    concerns: always,
    texts: [
      'Give the full picture: what you did, what you found, what is left to do.',
      'Close each answer with what happens next.',
    ],
  },
  {
    name: 'lists',
    group: 'form',
    concerns: does('search'),
    texts: [
      'Show several results as a list, one entry on each line.',
      'Put more than two results into a table.',
    ],
  },
  {
    name: 'prose',
    group: 'form',
    concerns: always,
    texts: ['Write in whole sentences, without lists or tables.', 'Do not use markup in answers.'],
  },
  {
    name: 'figures_from_tools',
    group: 'figures',
    concerns: does('aggregate', 'compute'),
    texts: [
      'Take every figure from a tool; do not reckon in your head.',
      'Never estimate a number that a tool can give.',
    ],
  },
  {
    name: 'stay_in_scope',
    group: 'scope',
    concerns: always,
    texts: [
      'Decline politely what has nothing to do with this desk.',
      'Do not answer questions that your tools and your task do not cover.',
      'For matters outside your field, refer the user to a colleague.',
    ],
  },
  {
    name: 'no_needless_calls',
    group: 'scope',
    concerns: always,
    texts: [
      'Do not call a tool when the answer is in the conversation already.',
      'Use no more calls than the request needs.',
    ],
  },
  {
    name: 'privacy',
    group: 'privacy',
    concerns: mentions('a full name'),
    texts: [
      'Do not pass personal details of one person on to another.',
      'Share personal data only with the person concerned.',
      'Give out names and contact details only where the request needs them.',
    ],
  },
  {
    name: 'one_change',
    group: 'pace',
    concerns: does('update', 'remove'),
    texts: [
      'Make one change at a time and report it before the next.',
      'Change only what was asked for, and nothing besides.',
    ],
  },
]
