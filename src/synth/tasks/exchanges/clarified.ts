import type { RubricCheck } from '../../../world/task.ts'
import { callsOf, changes, type Goal } from '../goal.ts'
import { change, changeGoal, drawChange } from '../goals/change.ts'
import { drawFilters, found } from '../goals/filters.ts'
import { lookup } from '../goals/lookup.ts'
import { type GoalMaker, oneOf } from '../goals/one-of.ts'
import { remove } from '../goals/remove.ts'
import { exact, listed, phrase, plain } from '../phrases.ts'
import { named, wordsOf } from '../references.ts'
import { keysIn, tableNamed, toolsOf } from '../scene.ts'
import { inWords, valueInWords } from '../words.ts'
import type { Exchange, Recipe } from './exchange.ts'
import { deedOf, doesLike, writeTools } from './policy.ts'
import { answerOf, sceneAfter } from './request.ts'

export const asksBefore = (tools: readonly string[]): RubricCheck => ({
  name: 'asks before it acts',
  check: { kind: 'asked', before: tools },
})

const someRow = '[one of our {rows}|a {one}|one of the {rows}|a certain {one}]'
const questions =
  '[Which {one} do you mean?|Sure. Which {one} is it?|Happy to help: which {one} do you have in mind?] [Please give me its id.|I need its id for this.|]'
const replies = "[It is|It's|I mean|That would be|Oh, of course:] {row}[.|, sorry.|, thanks.]"

/** A goal on a row that the user first forgets to name. */
export const unnamedRow =
  (maker: GoalMaker): Recipe =>
  (scene, speaker): Exchange | undefined => {
    const { draw } = scene
    const goal = maker(scene)
    const place = goal?.reads[0]
    if (goal === undefined || place === undefined || goal.rounds.length !== 1) return undefined
    const [tableName, key] = place.split('/') as [string, string]
    const table = tableNamed(scene, tableName)
    const row = named(table, key)
    const one = inWords(table.singular)
    const parts = goal.clause.split(row)
    if (parts.length !== 2 || goal.clause.replace(row, '').includes(key)) return undefined
    const clause = parts.join(phrase(someRow, draw, { one, rows: inWords(tableName) }))
    const script = [
      { say: phrase(questions, draw, { one }).trim() },
      ...goal.rounds.map((calls) => ({ calls })),
      { say: answerOf(scene, [goal]) },
    ]
    return {
      moves: [
        { when: 'first', text: speaker.ask(clause) },
        {
          when: 'asked',
          text: speaker.reply(phrase(replies, draw, { row: draw.chance(0.5) ? row : exact(key) })),
        },
      ],
      script,
      goal: `You want the assistant to ${plain(goal.clause)}, but at first you forget to say which ${one} you mean.`,
      facts: goal.facts,
      success: [asksBefore([goal.rounds[0]![0]!.tool])],
      scene: sceneAfter(scene, script),
    }
  }

export const unnamed: Recipe = unnamedRow(oneOf(lookup, change, remove))

/** A change whose new value the user first forgets to say; `regrets`: and then says it wrong at first. */
export const unsaidValue =
  (regrets: boolean): Recipe =>
  (scene, speaker): Exchange | undefined => {
    const { draw } = scene
    const tools = toolsOf(scene, 'update')
    if (tools.length === 0) return undefined
    const tool = draw.pick(tools)
    const table = tableNamed(scene, tool.semantics.table)
    const keys = keysIn(scene, table.name)
    if (keys.length === 0) return undefined
    const key = draw.pick(keys)
    const [first, drawn] = [drawChange(scene, tool, key), drawChange(scene, tool, key)]
    const goal = drawn && changeGoal(scene, drawn, key)
    const [[param, value] = [], ...rest] = Object.entries(drawn?.values ?? {})
    const column = Object.entries(tool.semantics.set).find(
      ([, formula]) => 'param' in formula && formula.param === param,
    )?.[0]
    if (
      drawn === undefined ||
      goal === undefined ||
      param === undefined ||
      rest.length > 0 ||
      column === undefined
    )
      return undefined
    if (Object.keys(tool.semantics.set).length !== 1 || value === undefined) return undefined
    const about = table.columns[column]
    const text = typeof value === 'boolean' ? String(value) : valueInWords(value, about)
    const wrong = first?.values[param]
    if (regrets && (wrong === undefined || wrong === value)) return undefined
    const words = { column: wordsOf(table, column), row: named(table, key) }
    const script = [
      {
        say: phrase('[What should|To what value should] the {column} of {row} be [set|changed]?', draw, {
          ...words,
          row: key,
        }),
      },
      ...goal.rounds.map((calls) => ({ calls })),
      { say: answerOf(scene, [goal]) },
    ]
    const wrongText =
      wrong === undefined ? '' : typeof wrong === 'boolean' ? String(wrong) : valueInWords(wrong, about)
    const reply = regrets
      ? phrase(
          '[To|It should be] {wrong}[.|...] [No, wait, make that|Sorry, I mean|Hold on, no:] {value}.',
          draw,
          { wrong: wrongText, value: text },
        )
      : phrase('[To|It should be|Make it|Please set it to] {value}[.|, please.]', draw, { value: text })
    return {
      moves: [
        {
          when: 'first',
          text: speaker.ask(phrase('[change|set|update] the {column} of {row}', draw, words)),
        },
        { when: 'asked', text: speaker.reply(reply) },
      ],
      script,
      goal: `You want the assistant to ${plain(goal.clause)}, but at first you forget to say the new value.`,
      facts: goal.facts,
      success: [asksBefore([tool.name])],
      scene: sceneAfter(scene, script),
    }
  }

/** A change of a row by words that fit several: they are found, and the user is asked which one. */
export const ambiguousRow: Recipe = (scene, speaker): Exchange | undefined => {
  const { draw } = scene
  const tools = toolsOf(scene, 'update')
  if (tools.length === 0) return undefined
  const tool = draw.pick(tools)
  const table = tableNamed(scene, tool.semantics.table)
  const searches = toolsOf(scene, 'search').filter(({ semantics }) => semantics.table === table.name)
  if (searches.length === 0) return undefined
  const search = draw.pick(searches)
  const filters = drawFilters(scene, search, 1)
  const result = filters && found(scene, search, filters)
  if (filters === undefined || result === undefined || filters.words === '') return undefined
  if (result.keys.length < 2 || result.keys.length > 4) return undefined
  const key = draw.pick(result.keys)
  const drawn = drawChange(scene, tool, key)
  const goal = drawn && changeGoal(scene, drawn, key)
  if (drawn === undefined || goal === undefined || drawn.unknown.length > 0) return undefined
  const one = inWords(table.singular)
  const choices = listed(
    result.keys.map((_, i) => `{${result.call.id}.items.${i}.${table.key}}`),
    'or',
  )
  const script = [
    { calls: [result.call] },
    {
      say: phrase(
        '[There are several {rows}|I have found more than one {one}] like this: which one do you mean, {choices}?',
        draw,
        { one, rows: inWords(table.name), choices },
      ),
    },
    ...goal.rounds.map((calls) => ({ calls })),
    { say: answerOf(scene, [goal]) },
  ]
  return {
    moves: [
      { when: 'first', text: speaker.ask(drawn.request(`the ${one} whose ${filters.words}`)) },
      { when: 'asked', text: speaker.reply(phrase(replies, draw, { row: exact(key) })) },
    ],
    script,
    goal: `You want the assistant to ${plain(goal.clause)}. At first you do not know its id, and only say that its ${plain(filters.words)}.`,
    facts: goal.facts,
    success: [asksBefore([tool.name])],
    scene: sceneAfter(scene, script),
  }
}

/** A deed that a rule has the assistant confirm first: the user says yes, or no after all. */
export const confirmed: Recipe = (scene, speaker): Exchange | undefined => {
  const { draw } = scene
  const goal = oneOf(change, remove)(scene)
  const tool = goal && writeTools(scene).find(({ name }) => name === callsOf([goal])[0]?.tool)
  if (goal === undefined || tool === undefined || !changes(goal)) return undefined
  const isYes = draw.chance(0.6)
  const [, key] = goal.writes[0]!.split('/') as [string, string]
  const deed = deedOf(scene, tool)
  const question = phrase(
    '[Before I do this|To be sure]: [shall I really|do you want me to] {clause}?',
    draw,
    { clause: plain(askedClause(goal)) },
  )
  const script = isYes
    ? [{ say: question }, ...goal.rounds.map((calls) => ({ calls })), { say: answerOf(scene, [goal]) }]
    : [
        { say: question },
        {
          say: phrase(
            '[All right, I have changed nothing.|Understood: nothing has been changed.|Fine, everything stays as it is.]',
            draw,
          ),
        },
      ]
  const reply = isYes
    ? '[Yes|Yes, please|Yes, go ahead|That is right, please do]'
    : '[No|Oh, no|Hm, no], [leave it as it is|better not|I have changed my mind, do not do it|forget it]'
  return {
    moves: [
      { when: 'first', text: speaker.ask(goal.clause) },
      { when: 'asked', text: speaker.reply(`${phrase(reply, draw)}.`) },
    ],
    script,
    goal: `You want the assistant to ${plain(goal.clause)}.${isYes ? '' : ' When it asks you to confirm, you decide against it.'}`,
    facts: isYes ? goal.facts : [],
    success: [
      asksBefore([tool.name]),
      ...(isYes
        ? []
        : [{ name: `does not call ${tool.name}`, check: { kind: 'not_called' as const, tool: tool.name } }]),
    ],
    isRestricted: doesLike(scene, tool),
    policy: phrase(
      '[Always ask the user to confirm before you|Before you|You must ask for confirmation before you] {deed}[.|.]',
      draw,
      { deed },
    ).replace(/^Before you (.*)\.$/, 'Before you $1, ask the user to confirm.'),
    judged: [
      {
        name: 'policy',
        criterion: `The assistant asks the user to confirm before it may ${deed}, about ${key}.`,
      },
    ],
    scene: sceneAfter(scene, script),
  }
}

/** The request of a goal without what it asks to be told. */
const askedClause = ({ clause }: Goal): string =>
  clause.replace(/(,? and|, then) (tell me|let me know) .*$/, '')
