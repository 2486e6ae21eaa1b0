import type { RubricCheck } from '../../../world/task.ts'
import { exact, listed, phrase, plain } from '../phrases.ts'
import { tellsRefusal } from '../refusals.ts'
import { type Scene, tableNamed, toolsOf } from '../scene.ts'
import { paramsOf } from '../tool-params.ts'
import type { Speaker } from '../user-styles.ts'
import { inWords, tellings, withArticle } from '../words.ts'
import type { Exchange, Recipe } from './exchange.ts'
import { writeTools } from './policy.ts'

const callsNothing: RubricCheck = { name: 'calls nothing', check: { kind: 'not_called' } }

const talk = (
  scene: Scene,
  text: string,
  say: string,
  goal: string,
  facts: readonly RubricCheck[],
): Exchange => ({
  moves: [{ when: 'first', text }],
  script: [{ say }],
  goal,
  facts,
  success: [callsNothing],
  scene,
})

const greetings = [
  [
    '[Hello|Hi|Good morning|Hey there|Hi there]! [How are you today?|Nice to meet you.|Just saying hello.|Are you there?|]',
    '[Hello|Hi|Good day]! [I can help you with {about}.|I am here to help with {about}.]',
  ],
  [
    '[Thanks|Thank you|Many thanks] for [your help|the quick help|everything] [earlier|yesterday|this morning][.|!]',
    '[You are welcome|My pleasure|Glad to help][.|!] [I can also help with {about} later.|I am here for {about}.]',
  ],
  [
    '[I just wanted to say|Only a short note]: [that was great help the last time|all went well, nothing to do for now][.|!]',
    '[Good to hear|Glad to hear that]. [I am here for {about} when you need me.|I can help with {about} at any time.]',
  ],
] as const

/** What the application is about, in words that ask for nothing. */
const aboutOf = ({ application }: Scene): string =>
  listed(application.tables.map(({ name }) => inWords(name)))

/** A greeting or thanks. */
export const greeting: Recipe = (scene, speaker) => {
  const [text, say] = scene.draw.pick(greetings)
  const about = aboutOf(scene)
  return talk(
    scene,
    speaker.reply(phrase(text, scene.draw)),
    phrase(say, scene.draw, { about }),
    'You only greet or thank the assistant.',
    [
      {
        name: 'says what it can help with',
        check: { kind: 'said', anyOf: scene.application.tables.map(({ name }) => inWords(name)) },
      },
    ],
  )
}

/** Which values something can have: it stands in a tool's declaration. */
export const allowedValues: Recipe = (scene, speaker) => {
  const { draw } = scene
  const choices = scene.tools.flatMap((tool) =>
    paramsOf(tool).flatMap(({ name, schema }) => {
      const values = (schema.enum ?? []).filter((value) => typeof value === 'string')
      return values.length < 2 || values.length > 7 ? [] : [{ name, values, tool }]
    }),
  )
  if (choices.length === 0) return undefined
  const { name, values, tool } = draw.pick(choices)
  const semantics = tool.semantics!
  const table =
    'table' in semantics
      ? inWords(tableNamed(scene, semantics.table).singular)
      : inWords(tool.declaration.function.name)
  const clause = phrase(
    '[tell me which values|explain to me which values|list the values that] the {name} of {table} can have',
    draw,
    { name: inWords(name), table: withArticle(table) },
  )
  return talk(
    scene,
    speaker.ask(clause),
    phrase('[It can be|The {name} can be] {values}.', draw, {
      name: inWords(name),
      values: listed(values, 'or'),
    }),
    `You want to know ${clause.replace(/^.*?(which values|the values that)/, 'which values')}.`,
    values.map((value) => ({ name: `names ${value}`, check: { kind: 'said', anyOf: tellings(value) } })),
  )
}

/** What must be given for something to be created. */
export const neededForNew: Recipe = (scene, speaker) => {
  const { draw } = scene
  const tools = toolsOf(scene, 'create')
  if (tools.length === 0) return undefined
  const tool = draw.pick(tools)
  const params = paramsOf(tool.tool).filter(({ required }) => required)
  if (params.length < 2) return undefined
  const one = inWords(tableNamed(scene, tool.semantics.table).singular)
  const clause = phrase(
    'tell me what [you need from me|you have to know|details you need] [for a new {one}|before you can add {article}]',
    draw,
    { one, article: withArticle(one) },
  )
  return talk(
    scene,
    speaker.ask(clause),
    phrase('[For a new {one} I need|I need] the {params}.', draw, {
      one,
      params: listed(params.map(({ name }) => inWords(name))),
    }),
    `You only want to know what is needed for a new ${one}; you do not want one yet.`,
    params.map(({ name }) => ({
      name: `names the ${inWords(name)}`,
      check: { kind: 'said', anyOf: [inWords(name), name] },
    })),
  )
}

/** Requests that no tool here is for; the words in `about` must not occur among the tools. */
const strangeRequests = [
  { about: ['weather', 'forecast'], clause: 'tell me what the weather will be like tomorrow' },
  { about: ['flight', 'travel', 'ticket'], clause: 'book a flight to Lisbon for next Friday' },
  { about: ['song', 'music', 'track', 'playlist'], clause: 'play some quiet music' },
  { about: ['mail', 'message', 'letter'], clause: 'send a letter to the tax office for me' },
  {
    about: ['restaurant', 'table', 'reservation', 'meal'],
    clause: 'reserve a restaurant for six people tonight',
  },
  { about: ['stock', 'share', 'trade', 'quote'], clause: 'tell me how the stock market closed today' },
  { about: ['translate', 'translation'], clause: 'translate our contract into Finnish' },
  { about: ['picture', 'image', 'photo', 'poster'], clause: 'draw me a picture of a lighthouse' },
  { about: ['call', 'phone'], clause: 'call my dentist and cancel the appointment' },
  { about: ['news', 'article'], clause: 'give me the latest news from parliament' },
  { about: ['taxi', 'ride', 'cab'], clause: 'order a taxi to the station' },
  { about: ['game', 'match', 'score'], clause: 'tell me who won the match last night' },
] as const

const lacks =
  '[I am sorry, but|I am afraid] I [have no tool|cannot do that: I have no tool] for [this|that]. [I can help you with {about}.|What I can help with is {about}.]'

/** Something that no tool is for. */
export const outOfScope: Recipe = (scene, speaker) => {
  const { draw } = scene
  const known = JSON.stringify([
    scene.application.domain,
    scene.application.description,
    scene.tools.map(({ declaration }) => declaration),
  ]).toLowerCase()
  const fitting = strangeRequests.filter(({ about }) => about.every((word) => !known.includes(word)))
  if (fitting.length === 0) return undefined
  const { clause } = draw.pick(fitting)
  return talk(
    scene,
    speaker.ask(exactly(clause, draw.chance(0.5))),
    phrase(lacks, draw, { about: aboutOf(scene) }),
    `You want the assistant to ${clause}.`,
    [tellsRefusal('it has no tool for this')],
  )
}

const exactly = (clause: string, keep: boolean): string => (keep ? exact(clause) : clause)

const deeds = { create: 'create', update: 'change', remove: 'remove', transfer: 'move' } as const

/** Whether the assistant could do something: yes or no, by its tools. */
export const ability: Recipe = (scene, speaker) => {
  const { draw } = scene
  const table = draw.pick(scene.application.tables)
  const kind = draw.pick(['create', 'remove'] as const)
  const isAble = writeTools(scene).some(
    ({ semantics }) => semantics.kind === kind && semantics.table === table.name,
  )
  const words = { deed: deeds[kind], rows: inWords(table.name) }
  const clause = phrase('tell me whether you [can|are able to] {deed} {rows}', draw, words)
  const say = isAble
    ? '[Yes, I can {deed} {rows}.|Yes: I can {deed} {rows} for you.]'
    : '[No, I cannot {deed} {rows}.|No: I have no tool to {deed} {rows}.]'
  return talk(
    scene,
    speaker.ask(clause),
    phrase(say, draw, words),
    `You only want to know whether the assistant can ${words.deed} ${words.rows}.`,
    [{ name: isAble ? 'says yes' : 'says no', check: { kind: 'said', anyOf: isAble ? ['yes'] : ['no'] } }],
  )
}

const objects = [
  'boxes|weighs|kg',
  'folders|has|pages',
  'rolls|measures|m',
  'shifts|takes|hours',
  'bottles|holds|ml',
]

/** A sum that needs no tool. */
export const sum: Recipe = (scene, speaker: Speaker) => {
  const { draw } = scene
  if (toolsOf(scene, 'compute').length > 0) return undefined
  const [things, one, unit] = draw.pick(objects).split('|') as [string, string, string]
  const [count, each] = [draw.integer(3, 12), draw.integer(4, 25)]
  const clause = phrase(
    '[tell me|work out] what {count} {things} come to if each {one} {each} {unit}',
    draw,
    {
      count: exact(String(count)),
      things,
      one,
      each: exact(String(each)),
      unit,
    },
  )
  return talk(
    scene,
    speaker.ask(clause),
    phrase('[That is|That makes|Together that is] {total} {unit}.', draw, {
      total: String(count * each),
      unit: unit.split(' ')[0]!,
    }),
    `You want the assistant to ${plain(clause)}.`,
    [{ name: 'tells the total', check: { kind: 'said', anyOf: [String(count * each)] } }],
  )
}
