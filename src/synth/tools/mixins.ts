import type { Condition, Formula, Term } from '../../world/semantics.ts'
import type { PoolName } from './pools/pools.ts'
import type { ColumnSeeds, EntitySeed } from './vocabulary.ts'

/** What must hold of the row, and what is said where it does not: `{the}` is the thing. */
export interface Demand extends Condition {
  readonly otherwise: string
  /** The same for the tool's description, where `otherwise` tells values of the row. */
  readonly reason?: string
}

/**
 * A tool that an ability brings. In `name`, `*` is the thing and `**` are the things; in `does`, `{a}`, `{the}` and
 * `{many}`.
 */
export type MixinTool = { readonly name: string; readonly does: string; readonly ask?: ColumnSeeds } & (
  | {
      readonly kind: 'change'
      readonly set: Readonly<Record<string, Formula>>
      readonly demands?: readonly Demand[]
    }
  | {
      readonly kind: 'list'
      readonly where: readonly Condition[]
      readonly sort?: { readonly column: string; readonly descending?: boolean }
    }
  | {
      readonly kind: 'figure'
      readonly where: readonly Condition[]
      readonly function: 'count' | 'sum' | 'mean' | 'minimum' | 'maximum'
      readonly column?: string
    }
  | { readonly kind: 'transfer'; readonly column: string }
)

/** An ability that an entity may have or not: its columns and what can be done with them. */
export interface Mixin {
  readonly columns: ColumnSeeds
  readonly tools: readonly MixinTool[]
  /** Demanded by every other change of the thing. */
  readonly everyChange?: Demand
}

const p = (param: string): { readonly param: string } => ({ param })
const v = (value: string | number | boolean): { readonly value: string | number | boolean } => ({ value })
const c = (column: string): { readonly column: string } => ({ column })
const is = (column: string, value: string | number | boolean): Condition => ({
  column,
  is: '=',
  term: v(value),
})
const plus = (column: string, by: Term): Formula => ({ op: '+', args: [c(column), by] })
const minus = (column: string, by: Term): Formula => ({ op: '-', args: [c(column), by] })
const demand = (condition: Condition, otherwise: string, reason?: string): Demand => ({
  ...condition,
  otherwise,
  ...(reason === undefined ? {} : { reason }),
})
const pooled = (pool: PoolName) => ({ type: 'text', pool }) as const
const whole = (minimum: number, maximum: number, unit?: string) =>
  ({ type: 'integer', minimum, maximum, ...(unit === undefined ? {} : { unit }) }) as const
const usd = (minimum: number, maximum: number) => ({ type: 'number', minimum, maximum, unit: 'USD' }) as const
const date = { type: 'date' } as const
const yesNo = { type: 'boolean' } as const
const choice = (...values: readonly string[]) => ({ type: 'enum', values }) as const

export const mixins = {
  schedulable: {
    columns: { scheduled_on: date },
    tools: [
      {
        kind: 'change',
        name: 'schedule_*',
        does: 'put {a} on the calendar',
        ask: { scheduled_on: date },
        set: { scheduled_on: p('scheduled_on') },
      },
      {
        kind: 'change',
        name: 'reschedule_*',
        does: 'move {a} to a later date',
        ask: { new_date: date },
        set: { scheduled_on: p('new_date') },
        demands: [
          demand(
            { column: 'scheduled_on', is: '<=', term: p('new_date') },
            'the new date is before the one that {the} has, {scheduled_on}',
            'the new date is before the old one',
          ),
        ],
      },
      {
        kind: 'list',
        name: 'list_**_scheduled_between',
        does: 'list the {many} that are scheduled within a period, earliest first',
        ask: { from_date: date, to_date: date },
        where: [
          { column: 'scheduled_on', is: '>=', term: p('from_date') },
          { column: 'scheduled_on', is: '<=', term: p('to_date') },
        ],
        sort: { column: 'scheduled_on' },
      },
      {
        kind: 'figure',
        name: 'count_**_on_day',
        does: 'count the {many} that are scheduled on a day',
        ask: { scheduled_on: date },
        where: [{ column: 'scheduled_on', is: '=', term: p('scheduled_on') }],
        function: 'count',
      },
    ],
  },
  billable: {
    columns: { fee: usd(5, 2500), paid: yesNo },
    tools: [
      {
        kind: 'change',
        name: 'record_*_payment',
        does: 'record that the fee of {a} was paid',
        set: { paid: v(true) },
        demands: [demand(is('paid', false), 'the fee of {the} is paid already')],
      },
      {
        kind: 'change',
        name: 'refund_*_fee',
        does: 'take back the payment for {a}',
        set: { paid: v(false) },
        demands: [demand(is('paid', true), 'nothing was paid for {the} yet')],
      },
      {
        kind: 'change',
        name: 'discount_*_fee',
        does: 'lower the fee of {a} by a percentage',
        ask: { percent: whole(1, 60, '%') },
        set: {
          fee: {
            op: 'round',
            digits: 2,
            args: [
              {
                op: '*',
                args: [c('fee'), { op: '-', args: [v(1), { op: '/', args: [p('percent'), v(100)] }] }],
              },
            ],
          },
        },
        demands: [demand(is('paid', false), 'the fee of {the} is paid already')],
      },
      {
        kind: 'list',
        name: 'list_unpaid_**',
        does: 'list the {many} whose fee has not been paid, highest fee first',
        where: [is('paid', false)],
        sort: { column: 'fee', descending: true },
      },
      {
        kind: 'figure',
        name: 'total_unpaid_*_fees',
        does: 'add up the fees of {many} that are still unpaid',
        where: [is('paid', false)],
        function: 'sum',
        column: 'fee',
      },
    ],
  },
  locatable: {
    columns: { location: pooled('site') },
    tools: [
      {
        kind: 'change',
        name: 'move_*',
        does: 'record that {a} is now somewhere else',
        ask: { new_location: pooled('site') },
        set: { location: p('new_location') },
        demands: [
          demand(
            { column: 'location', is: '!=', term: p('new_location') },
            '{the} is at {location} already',
            'it is there already',
          ),
        ],
      },
      {
        kind: 'list',
        name: 'find_**_at_location',
        does: 'find the {many} that are at a place; a part of its name is enough',
        ask: { location: pooled('site') },
        where: [{ column: 'location', is: 'contains', term: p('location') }],
      },
      {
        kind: 'figure',
        name: 'count_**_at_location',
        does: 'count the {many} at a place',
        ask: { location: pooled('site') },
        where: [{ column: 'location', is: 'contains', term: p('location') }],
        function: 'count',
      },
    ],
  },
  approvable: {
    columns: { approval: choice('pending', 'approved', 'rejected'), decided_by: pooled('person') },
    tools: [
      {
        kind: 'change',
        name: 'approve_*',
        does: 'approve {a} that waits for a decision',
        ask: { decided_by: pooled('person') },
        set: { approval: v('approved'), decided_by: p('decided_by') },
        demands: [
          demand(is('approval', 'pending'), '{the} was {approval} already', 'it was decided already'),
        ],
      },
      {
        kind: 'change',
        name: 'turn_down_*',
        does: 'turn down {a} that waits for a decision',
        ask: { decided_by: pooled('person') },
        set: { approval: v('rejected'), decided_by: p('decided_by') },
        demands: [
          demand(is('approval', 'pending'), '{the} was {approval} already', 'it was decided already'),
        ],
      },
      {
        kind: 'change',
        name: 'reopen_*_decision',
        does: 'take back the decision on {a}, so that it waits for approval again',
        set: { approval: v('pending') },
        demands: [
          demand({ column: 'approval', is: '!=', term: v('pending') }, 'nothing was decided about {the} yet'),
        ],
      },
      {
        kind: 'list',
        name: 'list_**_awaiting_approval',
        does: 'list the {many} that nobody has approved or rejected yet',
        where: [is('approval', 'pending')],
      },
      {
        kind: 'figure',
        name: 'count_approved_**',
        does: 'count the approved {many}, of one decider if given',
        ask: { decided_by: pooled('person') },
        where: [is('approval', 'approved'), { column: 'decided_by', is: '=', term: p('decided_by') }],
        function: 'count',
      },
    ],
  },
  stocked: {
    columns: { quantity: whole(0, 900, 'units'), reorder_level: whole(5, 120, 'units') },
    tools: [
      {
        kind: 'change',
        name: 'restock_*',
        does: 'add units to the stock of {a}',
        ask: { units: whole(1, 5000, 'units') },
        set: { quantity: plus('quantity', p('units')) },
      },
      {
        kind: 'change',
        name: 'issue_*_units',
        does: 'take units of {a} out of stock',
        ask: { units: whole(1, 5000, 'units') },
        set: { quantity: minus('quantity', p('units')) },
        demands: [
          demand(
            { column: 'quantity', is: '>=', term: p('units') },
            'only {quantity} units of {the} are left',
            'fewer units are left',
          ),
        ],
      },
      {
        kind: 'list',
        name: 'list_**_to_reorder',
        does: 'list the {many} of which no more is left than their reorder level',
        where: [{ column: 'quantity', is: '<=', term: c('reorder_level') }],
        sort: { column: 'quantity' },
      },
      {
        kind: 'transfer',
        name: 'transfer_*_units',
        does: 'move units from the stock of one {noun} to that of another',
        column: 'quantity',
      },
      {
        kind: 'change',
        name: 'set_*_reorder_level',
        does: 'set the stock at which {a} is to be ordered again',
        ask: { reorder_level: whole(0, 1000, 'units') },
        set: { reorder_level: p('reorder_level') },
      },
      {
        kind: 'figure',
        name: 'total_*_stock',
        does: 'add up the units of all {many} in stock',
        where: [],
        function: 'sum',
        column: 'quantity',
      },
    ],
  },
  assignable: {
    columns: { assignee_id: { type: 'entity', entity: 'staff_member' } },
    tools: [
      {
        kind: 'change',
        name: 'assign_*',
        does: 'give {a} to a member of staff',
        ask: { assignee_id: { type: 'entity', entity: 'staff_member' } },
        set: { assignee_id: p('assignee_id') },
        demands: [
          demand(
            { column: 'assignee_id', is: '!=', term: p('assignee_id') },
            '{the} belongs to {assignee_id} already',
            'it is theirs already',
          ),
        ],
      },
      {
        kind: 'list',
        name: 'list_**_of_assignee',
        does: 'list the {many} that a member of staff works on',
        ask: { assignee_id: { type: 'entity', entity: 'staff_member' } },
        where: [{ column: 'assignee_id', is: '=', term: p('assignee_id') }],
      },
      {
        kind: 'figure',
        name: 'count_*_workload',
        does: 'count how many {many} a member of staff has',
        ask: { assignee_id: { type: 'entity', entity: 'staff_member' } },
        where: [{ column: 'assignee_id', is: '=', term: p('assignee_id') }],
        function: 'count',
      },
    ],
  },
  rated: {
    columns: {
      rating: { type: 'number', minimum: 1, maximum: 5, unit: 'stars' },
      review_count: whole(0, 800, 'reviews'),
    },
    tools: [
      {
        kind: 'change',
        name: 'rate_*',
        does: 'add a rating to {a}; the average is kept up',
        ask: { stars: whole(1, 5, 'stars') },
        set: {
          rating: {
            op: 'round',
            digits: 2,
            args: [
              {
                op: '/',
                args: [
                  { op: '+', args: [{ op: '*', args: [c('rating'), c('review_count')] }, p('stars')] },
                  plus('review_count', v(1)),
                ],
              },
            ],
          },
          review_count: plus('review_count', v(1)),
        },
      },
      {
        kind: 'list',
        name: 'list_top_rated_**',
        does: 'list the {many} with at least some number of stars, best first',
        ask: { least_stars: { type: 'number', minimum: 1, maximum: 5, unit: 'stars' } },
        where: [{ column: 'rating', is: '>=', term: p('least_stars') }],
        sort: { column: 'rating', descending: true },
      },
      {
        kind: 'figure',
        name: 'average_*_rating',
        does: 'average the ratings of {many} that have enough reviews',
        ask: { least_reviews: whole(0, 100, 'reviews') },
        where: [{ column: 'review_count', is: '>=', term: p('least_reviews') }],
        function: 'mean',
        column: 'rating',
      },
    ],
  },
  expiring: {
    columns: { expires_on: date },
    tools: [
      {
        kind: 'change',
        name: 'extend_*',
        does: 'prolong the validity of {a}',
        ask: { new_expiry: date },
        set: { expires_on: p('new_expiry') },
        demands: [
          demand(
            { column: 'expires_on', is: '<=', term: p('new_expiry') },
            '{the} is valid until {expires_on}, which is later',
            'it is valid for longer already',
          ),
        ],
      },
      {
        kind: 'list',
        name: 'list_**_expiring_before',
        does: 'list the {many} that expire before a date, soonest first',
        ask: { before: date },
        where: [{ column: 'expires_on', is: '<=', term: p('before') }],
        sort: { column: 'expires_on' },
      },
      {
        kind: 'figure',
        name: 'count_expired_**',
        does: 'count the {many} that are out of date on a day',
        ask: { as_of: date },
        where: [{ column: 'expires_on', is: '<=', term: p('as_of') }],
        function: 'count',
      },
    ],
  },
  versioned: {
    columns: { version: whole(1, 40), change_note: pooled('document_title') },
    tools: [
      {
        kind: 'change',
        name: 'publish_new_*_version',
        does: 'count the version of {a} up by one and note what changed',
        ask: { change_note: pooled('document_title') },
        set: { version: plus('version', v(1)), change_note: p('change_note') },
      },
      {
        kind: 'change',
        name: 'roll_back_*_version',
        does: 'go back to the version of {a} before this one',
        set: { version: minus('version', v(1)) },
        demands: [demand({ column: 'version', is: '>=', term: v(2) }, '{the} is at its first version')],
      },
      {
        kind: 'list',
        name: 'list_**_since_version',
        does: 'list the {many} that have reached a version',
        ask: { least_version: whole(1, 40) },
        where: [{ column: 'version', is: '>=', term: p('least_version') }],
        sort: { column: 'version', descending: true },
      },
    ],
  },
  prioritised: {
    columns: { priority: choice('low', 'normal', 'high', 'urgent') },
    tools: [
      {
        kind: 'change',
        name: 'set_*_priority',
        does: 'say how urgent {a} is',
        ask: { priority: choice('low', 'normal', 'high', 'urgent') },
        set: { priority: p('priority') },
        demands: [
          demand(
            { column: 'priority', is: '!=', term: p('priority') },
            '{the} has the priority {priority} already',
            'it has that priority already',
          ),
        ],
      },
      {
        kind: 'change',
        name: 'escalate_*',
        does: 'make {a} urgent',
        set: { priority: v('urgent') },
        demands: [demand({ column: 'priority', is: '!=', term: v('urgent') }, '{the} is urgent already')],
      },
      {
        kind: 'list',
        name: 'list_urgent_**',
        does: 'list the {many} that are urgent or of high priority',
        where: [{ column: 'priority', is: 'in', term: { values: ['urgent', 'high'] } }],
      },
      {
        kind: 'figure',
        name: 'count_**_by_priority',
        does: 'count the {many} of a priority',
        ask: { priority: choice('low', 'normal', 'high', 'urgent') },
        where: [{ column: 'priority', is: '=', term: p('priority') }],
        function: 'count',
      },
    ],
  },
  archivable: {
    columns: { archived: yesNo },
    tools: [
      {
        kind: 'change',
        name: 'archive_*',
        does: 'put {a} into the archive',
        set: { archived: v(true) },
        demands: [demand(is('archived', false), '{the} is in the archive already')],
      },
      {
        kind: 'change',
        name: 'restore_*_from_archive',
        does: 'take {a} out of the archive',
        set: { archived: v(false) },
        demands: [demand(is('archived', true), '{the} is not in the archive')],
      },
      {
        kind: 'list',
        name: 'list_archived_**',
        does: 'list the {many} in the archive',
        where: [is('archived', true)],
      },
    ],
  },
  funded: {
    columns: { budget_left: usd(0, 90000) },
    tools: [
      {
        kind: 'change',
        name: 'record_*_expense',
        does: 'take an expense from the budget of {a}',
        ask: { amount: usd(0.01, 100000) },
        set: { budget_left: minus('budget_left', p('amount')) },
        demands: [
          demand(
            { column: 'budget_left', is: '>=', term: p('amount') },
            '{the} has only {budget_left} USD left',
            'less money is left',
          ),
        ],
      },
      {
        kind: 'change',
        name: 'top_up_*_budget',
        does: 'add money to the budget of {a}',
        ask: { amount: usd(1, 100000) },
        set: { budget_left: plus('budget_left', p('amount')) },
      },
      {
        kind: 'transfer',
        name: 'transfer_*_budget',
        does: 'move money from the budget of one {noun} to that of another',
        column: 'budget_left',
      },
      {
        kind: 'list',
        name: 'list_**_low_on_budget',
        does: 'list the {many} with no more than an amount left',
        ask: { at_most: usd(0, 100000) },
        where: [{ column: 'budget_left', is: '<=', term: p('at_most') }],
        sort: { column: 'budget_left' },
      },
      {
        kind: 'figure',
        name: 'total_*_budget',
        does: 'add up what is left in the budgets of all {many}',
        where: [],
        function: 'sum',
        column: 'budget_left',
      },
    ],
  },
  noted: {
    columns: { note: pooled('reminder') },
    tools: [
      {
        kind: 'change',
        name: 'add_*_note',
        does: 'write a note on {a}, in place of the one before',
        ask: { note: pooled('reminder') },
        set: { note: p('note') },
      },
      {
        kind: 'list',
        name: 'search_*_notes',
        does: 'find the {many} whose note contains some words',
        ask: { words: pooled('reminder') },
        where: [{ column: 'note', is: 'contains', term: p('words') }],
      },
    ],
  },
  lockable: {
    columns: { locked: yesNo },
    everyChange: demand(is('locked', false), '{the} is locked'),
    tools: [
      {
        kind: 'change',
        name: 'lock_*',
        does: 'protect {a} against changes',
        set: { locked: v(true) },
        demands: [demand(is('locked', false), '{the} is locked already')],
      },
      {
        kind: 'change',
        name: 'unlock_*',
        does: 'allow changes of {a} again',
        set: { locked: v(false) },
        demands: [demand(is('locked', true), '{the} is not locked')],
      },
      {
        kind: 'list',
        name: 'list_locked_**',
        does: 'list the {many} that are protected against changes',
        where: [is('locked', true)],
      },
    ],
  },
  seated: {
    columns: { seats_left: whole(0, 240, 'seats') },
    tools: [
      {
        kind: 'change',
        name: 'book_*_seats',
        does: 'book seats of {a}',
        ask: { seats: whole(1, 20, 'seats') },
        set: { seats_left: minus('seats_left', p('seats')) },
        demands: [
          demand(
            { column: 'seats_left', is: '>=', term: p('seats') },
            '{the} has only {seats_left} seats left',
            'fewer seats are left',
          ),
        ],
      },
      {
        kind: 'change',
        name: 'release_*_seats',
        does: 'give booked seats of {a} back',
        ask: { seats: whole(1, 20, 'seats') },
        set: { seats_left: plus('seats_left', p('seats')) },
      },
      {
        kind: 'list',
        name: 'find_**_with_free_seats',
        does: 'find the {many} that still have so many seats, fullest last',
        ask: { seats: whole(1, 100, 'seats') },
        where: [{ column: 'seats_left', is: '>=', term: p('seats') }],
        sort: { column: 'seats_left', descending: true },
      },
      {
        kind: 'figure',
        name: 'count_fully_booked_**',
        does: 'count the {many} without a free seat',
        where: [{ column: 'seats_left', is: '<=', term: v(0) }],
        function: 'count',
      },
    ],
  },
  owned: {
    columns: { owner: pooled('person') },
    tools: [
      {
        kind: 'change',
        name: 'hand_over_*',
        does: 'make someone else the owner of {a}',
        ask: { new_owner: pooled('person') },
        set: { owner: p('new_owner') },
        demands: [
          demand(
            { column: 'owner', is: '!=', term: p('new_owner') },
            '{the} belongs to {owner} already',
            'it is theirs already',
          ),
        ],
      },
      {
        kind: 'list',
        name: 'list_**_of_owner',
        does: 'list the {many} of an owner',
        ask: { owner: pooled('person') },
        where: [{ column: 'owner', is: '=', term: p('owner') }],
      },
      {
        kind: 'figure',
        name: 'count_**_of_owner',
        does: 'count what an owner has of {many}',
        ask: { owner: pooled('person') },
        where: [{ column: 'owner', is: '=', term: p('owner') }],
        function: 'count',
      },
    ],
  },
  reviewable: {
    columns: {
      flagged: yesNo,
      flag_reason: choice('none', 'incomplete', 'suspicious', 'duplicate', 'disputed'),
    },
    tools: [
      {
        kind: 'change',
        name: 'flag_*',
        does: 'mark {a} for a second look and say why',
        ask: { flag_reason: choice('incomplete', 'suspicious', 'duplicate', 'disputed') },
        set: { flagged: v(true), flag_reason: p('flag_reason') },
        demands: [
          demand(is('flagged', false), '{the} is flagged already as {flag_reason}', 'it is flagged already'),
        ],
      },
      {
        kind: 'change',
        name: 'clear_*_flag',
        does: 'take the mark off {a} after a second look',
        set: { flagged: v(false), flag_reason: v('none') },
        demands: [demand(is('flagged', true), '{the} is not flagged')],
      },
      {
        kind: 'list',
        name: 'list_flagged_**',
        does: 'list the {many} that need a second look, for one reason if given',
        ask: { flag_reason: choice('incomplete', 'suspicious', 'duplicate', 'disputed') },
        where: [is('flagged', true), { column: 'flag_reason', is: '=', term: p('flag_reason') }],
      },
    ],
  },
  reachable: {
    columns: { contact_email: pooled('email'), phone: pooled('phone') },
    tools: [
      {
        kind: 'change',
        name: 'update_*_contact',
        does: 'change how {a} can be reached; what is not given stays',
        ask: { contact_email: pooled('email'), phone: pooled('phone') },
        set: { contact_email: p('contact_email'), phone: p('phone') },
      },
      {
        kind: 'list',
        name: 'find_*_by_phone',
        does: 'find whose number this is among the {many}',
        ask: { phone: pooled('phone') },
        where: [{ column: 'phone', is: 'contains', term: p('phone') }],
      },
      {
        kind: 'list',
        name: 'find_*_by_email',
        does: 'find the {many} with an e-mail address or a part of it',
        ask: { contact_email: pooled('email') },
        where: [{ column: 'contact_email', is: 'contains', term: p('contact_email') }],
      },
    ],
  },
  monitored: {
    columns: { alert_threshold: whole(10, 500), last_reading: { type: 'number', minimum: 0, maximum: 600 } },
    tools: [
      {
        kind: 'change',
        name: 'set_*_alert_threshold',
        does: 'set the reading from which {a} raises an alert',
        ask: { alert_threshold: whole(0, 1000) },
        set: { alert_threshold: p('alert_threshold') },
      },
      {
        kind: 'change',
        name: 'record_*_reading',
        does: 'store the latest reading of {a}',
        ask: { reading: { type: 'number', minimum: 0, maximum: 2000 } },
        set: { last_reading: p('reading') },
      },
      {
        kind: 'list',
        name: 'list_**_over_threshold',
        does: 'list the {many} whose last reading has reached their alert threshold',
        where: [{ column: 'last_reading', is: '>=', term: c('alert_threshold') }],
        sort: { column: 'last_reading', descending: true },
      },
      {
        kind: 'figure',
        name: 'highest_*_reading',
        does: 'find the highest last reading among the {many}',
        where: [],
        function: 'maximum',
        column: 'last_reading',
      },
    ],
  },
  grouped: {
    columns: { label: choice('alpha', 'beta', 'core', 'seasonal', 'vip', 'test') },
    tools: [
      {
        kind: 'change',
        name: 'label_*',
        does: 'put {a} under a label',
        ask: { label: choice('alpha', 'beta', 'core', 'seasonal', 'vip', 'test') },
        set: { label: p('label') },
      },
      {
        kind: 'list',
        name: 'list_**_by_label',
        does: 'list the {many} under a label',
        ask: { label: choice('alpha', 'beta', 'core', 'seasonal', 'vip', 'test') },
        where: [{ column: 'label', is: '=', term: p('label') }],
      },
      {
        kind: 'figure',
        name: 'count_**_by_label',
        does: 'count the {many} under a label',
        ask: { label: choice('alpha', 'beta', 'core', 'seasonal', 'vip', 'test') },
        where: [{ column: 'label', is: '=', term: p('label') }],
        function: 'count',
      },
    ],
  },
  insured: {
    columns: { insured_value: usd(0, 250000), policy_number: pooled('batch') },
    tools: [
      {
        kind: 'change',
        name: 'insure_*',
        does: 'insure {a} up to a value under a policy',
        ask: { insured_value: usd(1, 1000000), policy_number: pooled('batch') },
        set: { insured_value: p('insured_value'), policy_number: p('policy_number') },
      },
      {
        kind: 'change',
        name: 'raise_*_cover',
        does: 'raise the insured value of {a}',
        ask: { additional_value: usd(1, 500000) },
        set: { insured_value: plus('insured_value', p('additional_value')) },
      },
      {
        kind: 'list',
        name: 'list_underinsured_**',
        does: 'list the {many} that are insured for no more than a value',
        ask: { at_most: usd(0, 1000000) },
        where: [{ column: 'insured_value', is: '<=', term: p('at_most') }],
        sort: { column: 'insured_value' },
      },
      {
        kind: 'figure',
        name: 'total_insured_*_value',
        does: 'add up the insured values of all {many}',
        where: [],
        function: 'sum',
        column: 'insured_value',
      },
    ],
  },
  progressing: {
    columns: { done_percent: whole(0, 100, '%') },
    tools: [
      {
        kind: 'change',
        name: 'report_*_progress',
        does: 'report how far {a} has come; it cannot go back',
        ask: { done_percent: whole(0, 100, '%') },
        set: { done_percent: p('done_percent') },
        demands: [
          demand(
            { column: 'done_percent', is: '<=', term: p('done_percent') },
            '{the} is at {done_percent} percent already',
            'it has come further already',
          ),
        ],
      },
      {
        kind: 'list',
        name: 'list_**_behind',
        does: 'list the {many} that have come no further than a percentage',
        ask: { at_most_percent: whole(0, 100, '%') },
        where: [{ column: 'done_percent', is: '<=', term: p('at_most_percent') }],
        sort: { column: 'done_percent' },
      },
      {
        kind: 'figure',
        name: 'average_*_progress',
        does: 'average how far the {many} have come',
        where: [],
        function: 'mean',
        column: 'done_percent',
      },
    ],
  },
  discountable: {
    columns: { discount_percent: whole(0, 40, '%') },
    tools: [
      {
        kind: 'change',
        name: 'give_*_discount',
        does: 'give a discount on {a} that is higher than the one it has',
        ask: { percent: whole(1, 70, '%') },
        set: { discount_percent: p('percent') },
        demands: [
          demand(
            { column: 'discount_percent', is: '<=', term: p('percent') },
            '{the} has a discount of {discount_percent} percent already',
            'its discount is higher already',
          ),
        ],
      },
      {
        kind: 'change',
        name: 'end_*_discount',
        does: 'end the discount on {a}',
        set: { discount_percent: v(0) },
        demands: [demand({ column: 'discount_percent', is: '>=', term: v(1) }, '{the} has no discount')],
      },
      {
        kind: 'list',
        name: 'list_discounted_**',
        does: 'list the {many} with at least some discount, highest first',
        ask: { least_percent: whole(1, 70, '%') },
        where: [{ column: 'discount_percent', is: '>=', term: p('least_percent') }],
        sort: { column: 'discount_percent', descending: true },
      },
    ],
  },
} satisfies Readonly<Record<string, Mixin>>

export type MixinName = keyof typeof mixins

export const mixinNamed = (name: MixinName): Mixin => mixins[name]

/** Entities that abilities refer to, whatever the domain. */
export const sharedEntities: Readonly<Record<string, EntitySeed>> = {
  staff_member: {
    prefix: 'STF',
    about: 'someone of the staff to whom work is given',
    columns: {
      full_name: pooled('person'),
      team: choice('day', 'evening', 'weekend', 'on_call'),
      skill_level: whole(1, 5),
      joined_on: date,
    },
    lifecycle: {
      start: 'available',
      moves: { 'mark_*_absent': ['available', 'absent'], 'mark_*_available': ['absent', 'available'] },
    },
    suits: ['reachable', 'rated', 'noted'],
  },
}
