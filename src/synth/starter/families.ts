import type { Draws } from '../../draws.ts'
import type { PlanStep, RubricCheck } from '../../world/task.ts'
import { cityName, itemName, numberOf, personName, type Split } from './names.ts'
import { phrase } from './phrases.ts'
import type { StarterCase, StarterFamily } from './starter-task.ts'

type Make = (d: Draws, split: Split) => StarterCase

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

const first = (text: string) => [{ when: 'first', text } as const]
const said = (name: string, fact: string | number): RubricCheck => ({
  name: `tells ${name}`,
  check: { kind: 'said', anyOf: [String(fact)] },
})
const called = (tool: string, args: Readonly<Record<string, unknown>>): RubricCheck => ({
  name: `calls ${tool}`,
  check: { kind: 'called', tool, arguments: args },
})
const call = (tool: string, args: Readonly<Record<string, string | number>>): PlanStep => ({
  calls: [{ tool, arguments: args }],
})
/** A new place each time: two of one task differ. */
function two(draw: () => string): [string, string] {
  const one = draw()
  for (;;) {
    const other = draw()
    if (other !== one) return [one, other]
  }
}

const degrees = (d: Draws): number => d.integer(1, 39)
const dollars = (d: Draws, split: Split): number => numberOf(d, split, 11, 989)

const weather: Make = (d, split) => {
  const city = cityName(d, split)
  const warm = degrees(d)
  return {
    tools: ['get_weather'],
    state: { weather: { [city]: { degrees: warm } } },
    goal: `know the weather in ${city}`,
    moves: first(phrase(d, split, 'weather', { city })),
    success: [called('get_weather', { city }), said('the degrees', warm)],
    oracle: [call('get_weather', { city }), { say: `It is {0.degrees} degrees in ${city}.` }],
    difficulty: 1,
  }
}

const price: Make = (d, split) => {
  const item = itemName(d, split)
  const cost = dollars(d, split)
  return {
    tools: ['get_price'],
    state: { prices: { [item]: { price: cost } } },
    goal: `know the price of the ${item}`,
    moves: first(phrase(d, split, 'price', { item })),
    success: [called('get_price', { item }), said('the price', cost)],
    oracle: [call('get_price', { item }), { say: `The ${item} costs {0.price} dollars.` }],
    difficulty: 1,
  }
}

const home: Make = (d, split) => {
  const name = personName(d, split)
  const city = cityName(d, split)
  return {
    tools: ['find_person'],
    state: { people: { [name]: { city } } },
    goal: `know where ${name} lives`,
    moves: first(phrase(d, split, 'home', { name })),
    success: [called('find_person', { name }), said('the city', city)],
    oracle: [call('find_person', { name }), { say: `${name} lives in {0.city}.` }],
    difficulty: 1,
  }
}

const product: Make = (d, split) => {
  const [a, b] = [numberOf(d, split, 12, 98), numberOf(d, split, 12, 98)]
  return {
    tools: ['multiply'],
    state: {},
    goal: `know ${a} times ${b}`,
    moves: first(phrase(d, split, 'product', { a, b })),
    success: [called('multiply', {}), said('the product', a * b)],
    oracle: [call('multiply', { a, b }), { say: `${a} times ${b} is {0.product}.` }],
    difficulty: 1,
  }
}

const status: Make = (d, split) => {
  const order = String(numberOf(d, split, 1000, 9999))
  const now = d.pick(['new', 'sent', 'refunded'])
  return {
    tools: ['get_order'],
    state: { orders: { [order]: { total: dollars(d, split), status: now } } },
    goal: `know the status of order ${order}`,
    moves: first(phrase(d, split, 'status', { order })),
    success: [called('get_order', { order }), said('the status', now)],
    oracle: [call('get_order', { order }), { say: `Order ${order} is {0.status}.` }],
    difficulty: 1,
  }
}

const remind: Make = (d, split) => {
  const person = personName(d, split)
  const day = d.pick(days)
  return {
    tools: ['add_reminder'],
    state: {},
    goal: `be reminded of ${person} on ${day}`,
    moves: first(phrase(d, split, 'remind', { name: person, day })),
    success: [
      {
        name: 'the reminder is there',
        check: { kind: 'rows', table: 'reminders', where: { person, day }, count: 1 },
      },
    ],
    oracle: [call('add_reminder', { person, day }), { say: `I will remind you of ${person} on ${day}.` }],
    difficulty: 1,
  }
}

const twoWeathers: Make = (d, split) => {
  const [a, b] = two(() => cityName(d, split))
  const [here, there] = [degrees(d), degrees(d)]
  return {
    tools: ['get_weather'],
    state: { weather: { [a]: { degrees: here }, [b]: { degrees: there } } },
    goal: `know the weather in ${a} and ${b}`,
    moves: first(phrase(d, split, 'twoWeathers', { first: a, second: b })),
    success: [
      called('get_weather', { city: a }),
      called('get_weather', { city: b }),
      { name: 'calls together', check: { kind: 'together', tools: ['get_weather', 'get_weather'] } },
      said('the degrees of the first', here),
      said('the degrees of the second', there),
    ],
    oracle: [
      { calls: [a, b].map((city) => ({ tool: 'get_weather', arguments: { city } })) },
      { say: `It is {0.degrees} degrees in ${a} and {1.degrees} degrees in ${b}.` },
    ],
    difficulty: 2,
  }
}

const twoPrices: Make = (d, split) => {
  const [a, b] = two(() => itemName(d, split))
  const [one, other] = [dollars(d, split), dollars(d, split)]
  return {
    tools: ['get_price'],
    state: { prices: { [a]: { price: one }, [b]: { price: other } } },
    goal: `know the prices of the ${a} and the ${b}`,
    moves: first(phrase(d, split, 'twoPrices', { first: a, second: b })),
    success: [
      called('get_price', { item: a }),
      called('get_price', { item: b }),
      { name: 'calls together', check: { kind: 'together', tools: ['get_price', 'get_price'] } },
      said('the first price', one),
      said('the second price', other),
    ],
    oracle: [
      { calls: [a, b].map((item) => ({ tool: 'get_price', arguments: { item } })) },
      { say: `The ${a} costs {0.price} dollars and the ${b} costs {1.price} dollars.` },
    ],
    difficulty: 2,
  }
}

const weatherOfPerson: Make = (d, split) => {
  const name = personName(d, split)
  const city = cityName(d, split)
  const warm = degrees(d)
  return {
    tools: ['find_person', 'get_weather'],
    state: { people: { [name]: { city } }, weather: { [city]: { degrees: warm } } },
    goal: `know the weather where ${name} lives`,
    moves: first(phrase(d, split, 'weatherOfPerson', { name })),
    success: [
      called('find_person', { name }),
      called('get_weather', { city }),
      { name: 'first the city', check: { kind: 'order', first: 'find_person', second: 'get_weather' } },
      said('the degrees', warm),
    ],
    oracle: [
      call('find_person', { name }),
      { calls: [{ tool: 'get_weather', arguments: { city: { result: 0, path: ['city'] } } }] },
      { say: 'It is {1.degrees} degrees in {0.city}.' },
    ],
    difficulty: 3,
  }
}

const refundBelow: Make = (d, split) => {
  const order = String(numberOf(d, split, 1000, 9999))
  const limit = d.pick([100, 200, 300, 400, 500, 600, 700, 800, 900])
  const below = d.chance(0.5)
  const total = below ? numberOf(d, split, 11, limit - 1) : numberOf(d, split, limit + 1, 989)
  const lookUp = call('get_order', { order })
  return {
    tools: ['get_order', 'refund'],
    state: { orders: { [order]: { total, status: d.pick(['new', 'sent']) } } },
    goal: `have order ${order} refunded if it cost less than ${limit} dollars`,
    moves: first(phrase(d, split, 'refundBelow', { order, limit })),
    success: below
      ? [
          { name: 'looks it up first', check: { kind: 'order', first: 'get_order', second: 'refund' } },
          {
            name: 'it is refunded',
            check: { kind: 'column', table: 'orders', key: order, column: 'status', equals: 'refunded' },
          },
        ]
      : [
          called('get_order', { order }),
          { name: 'no refund', check: { kind: 'not_called', tool: 'refund' } },
          said('the total', total),
        ],
    oracle: below
      ? [lookUp, call('refund', { order }), { say: `Order ${order} is refunded.` }]
      : [lookUp, { say: `Order ${order} is not refunded: its total is {0.total} dollars.` }],
    difficulty: 3,
  }
}

/** A clear question whose first call fails. */
const recovering =
  (make: Make): Make =>
  (d, split) => {
    const one = make(d, split)
    const [tool] = one.tools as [string]
    const kind = d.pick(['error', 'timeout'] as const)
    return { ...one, failures: [{ tool, nth: 0, kind }], difficulty: 2 }
  }

/** A question that lacks what it is about. */
function clarifying(
  tool: string,
  intent: 'weatherNowhere' | 'priceOfNothing' | 'refundNothing',
  question: string,
  make: (d: Draws, split: Split) => StarterCase,
  factOf: (one: StarterCase) => string,
): Make {
  return (d, split) => {
    const one = make(d, split)
    const answer = phrase(d, split, 'answer', { fact: factOf(one) })
    return {
      ...one,
      goal: `${one.goal}, without saying at first which`,
      moves: [...first(phrase(d, split, intent)), { when: 'asked', text: answer }],
      success: [{ name: 'asks first', check: { kind: 'asked', before: [tool] } }, ...one.success],
      oracle: [{ say: question }, ...one.oracle],
      difficulty: 2,
    }
  }
}

const refund: Make = (d, split) => {
  const order = String(numberOf(d, split, 1000, 9999))
  return {
    tools: ['refund'],
    state: { orders: { [order]: { total: dollars(d, split), status: d.pick(['new', 'sent']) } } },
    goal: `have order ${order} refunded`,
    moves: [],
    success: [
      {
        name: 'it is refunded',
        check: { kind: 'column', table: 'orders', key: order, column: 'status', equals: 'refunded' },
      },
    ],
    oracle: [call('refund', { order }), { say: `Order ${order} is refunded.` }],
    difficulty: 1,
  }
}

const keyOf = (table: string) => (one: StarterCase) => Object.keys(one.state[table] ?? {})[0]!

const talk =
  (intent: 'hello' | 'thanks' | 'whoAreYou', answer: string, word: string): Make =>
  (d, split) => ({
    tools: [],
    state: {},
    goal: 'talk',
    moves: first(phrase(d, split, intent)),
    success: [{ name: 'calls nothing', check: { kind: 'not_called' } }, said('something that fits', word)],
    oracle: [{ say: answer }],
    difficulty: 1,
  })

/** What each family's tasks are drawn from, alike often. */
const kinds: Readonly<Record<StarterFamily, readonly Make[]>> = {
  single_call: [weather, price, home, product, status, remind],
  parallel_calls: [twoWeathers, twoPrices],
  dependent_calls: [weatherOfPerson, refundBelow],
  error_recovery: [weather, price, home, status].map(recovering),
  no_tool: [
    talk('hello', 'Hello! I am here to help.', 'help'),
    talk('thanks', 'You are welcome.', 'welcome'),
    talk('whoAreYou', 'I am Kimi, an assistant.', 'Kimi'),
  ],
  clarification: [
    clarifying('get_weather', 'weatherNowhere', 'In which city?', weather, keyOf('weather')),
    clarifying('get_price', 'priceOfNothing', 'Of which item?', price, keyOf('prices')),
    clarifying('refund', 'refundNothing', 'Which order?', refund, keyOf('orders')),
  ],
}

export const families: Readonly<Record<StarterFamily, Make>> = Object.fromEntries(
  Object.entries(kinds).map(([family, makes]): [string, Make] => [
    family,
    (d, split) => d.pick(makes)(d, split),
  ]),
) as Readonly<Record<StarterFamily, Make>>
