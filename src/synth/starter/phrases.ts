import type { Draws } from '../../draws.ts'
import type { Split } from './names.ts'

/** Ways to say something: those that a model learns from, and others that it has never seen. */
export type Phrases = Readonly<Record<Split, readonly string[]>>

const table = <T extends Readonly<Record<string, Phrases>>>(phrases: T): T => phrases

export const phrases = table({
  weather: {
    train: [
      'What is the weather in {city}?',
      'How warm is it in {city}?',
      'Tell me the weather in {city}.',
      'I travel to {city}. How is the weather there?',
      'Weather in {city}, please.',
      'Can you look up the weather of {city}?',
      'How many degrees does {city} have now?',
      'Is it warm in {city} today?',
    ],
    heldOut: [
      'Please tell me how warm it is in {city}.',
      'What is the weather of {city} today?',
      'I am in {city}. How many degrees is it?',
    ],
  },
  price: {
    train: [
      'What does the {item} cost?',
      'How much is the {item}?',
      'Tell me the price of the {item}.',
      'I want to buy the {item}. What is its price?',
      'Price of the {item}, please.',
      'Can you look up what the {item} costs?',
      'How many dollars is the {item}?',
      'I need the price of the {item}.',
    ],
    heldOut: [
      'Please look up the price of the {item}.',
      'What is the price of the {item}?',
      'How much does the {item} cost?',
    ],
  },
  home: {
    train: [
      'Where does {name} live?',
      'In which city does {name} live?',
      'Tell me where {name} lives.',
      'I look for {name}. Which city is it?',
      'Find the city of {name}, please.',
      'Can you look up where {name} lives?',
    ],
    heldOut: ['Please find out where {name} lives.', 'Which city does {name} live in?'],
  },
  product: {
    train: [
      'What is {a} times {b}?',
      'Multiply {a} by {b}.',
      'How much is {a} times {b}?',
      'Can you multiply {a} and {b}?',
      'Tell me the product of {a} and {b}.',
      'I need {a} times {b}, please.',
    ],
    heldOut: ['Please multiply {a} by {b}.', 'What is the product of {a} and {b}?'],
  },
  status: {
    train: [
      'What is the status of order {order}?',
      'Tell me the status of order {order}.',
      'How is order {order} doing?',
      'Can you look up order {order}?',
      'Status of order {order}, please.',
      'I wait for order {order}. What is its status?',
    ],
    heldOut: ['Please look up the status of order {order}.', 'I want to know the status of order {order}.'],
  },
  remind: {
    train: [
      'Remind me of {name} on {day}.',
      'Add a reminder for {name} on {day}.',
      'I meet {name} on {day}. Remind me, please.',
      'On {day}, remind me of {name}.',
      'Can you add a reminder of {name} for {day}?',
      'Please set a reminder: {name} on {day}.',
    ],
    heldOut: ['Please remind me of {name} on {day}.', 'Set a reminder for {name} on {day}.'],
  },
  twoWeathers: {
    train: [
      'What is the weather in {first} and in {second}?',
      'How warm is it in {first} and {second}?',
      'Tell me the weather in {first} and {second}.',
      'Weather in {first} and {second}, please.',
      'I travel to {first} and to {second}. How is the weather?',
      'Can you look up the weather of {first} and {second}?',
    ],
    heldOut: [
      'Please tell me the weather in {first} and in {second}.',
      'How many degrees do {first} and {second} have?',
    ],
  },
  twoPrices: {
    train: [
      'What do the {first} and the {second} cost?',
      'How much are the {first} and the {second}?',
      'Tell me the prices of the {first} and the {second}.',
      'Prices of the {first} and the {second}, please.',
      'I want to buy the {first} and the {second}. What do they cost?',
      'Can you look up what the {first} and the {second} cost?',
    ],
    heldOut: [
      'Please look up the prices of the {first} and the {second}.',
      'How much do the {first} and the {second} cost?',
    ],
  },
  weatherOfPerson: {
    train: [
      'What is the weather where {name} lives?',
      'How warm is it where {name} lives?',
      'Tell me the weather in the city of {name}.',
      'I visit {name}. How is the weather there?',
      'Can you look up the weather where {name} lives?',
      'Weather in the city of {name}, please.',
    ],
    heldOut: [
      'Please tell me how warm it is where {name} lives.',
      'What is the weather in the city of {name}?',
    ],
  },
  refundBelow: {
    train: [
      'Refund order {order} if its total is below {limit} dollars.',
      'If order {order} is below {limit} dollars, refund it.',
      'Please refund order {order}, but only below {limit} dollars.',
      'Can you refund order {order} if it cost less than {limit} dollars?',
      'I want order {order} refunded if it is under {limit} dollars.',
      'Check order {order} and refund it if it is below {limit} dollars.',
    ],
    heldOut: [
      'Please check order {order} and refund it if its total is under {limit} dollars.',
      'If order {order} cost less than {limit} dollars, please refund it.',
    ],
  },
  weatherNowhere: {
    train: [
      'What is the weather?',
      'How warm is it?',
      'Tell me the weather.',
      'Weather, please.',
      'Can you look up the weather?',
      'How is the weather there?',
    ],
    heldOut: ['Please tell me the weather.', 'What is the weather today?'],
  },
  priceOfNothing: {
    train: [
      'What does it cost?',
      'How much is it?',
      'Tell me the price.',
      'Price, please.',
      'Can you look up a price?',
      'I need a price.',
    ],
    heldOut: ['Please look up the price.', 'How much does it cost?'],
  },
  refundNothing: {
    train: [
      'Refund my order.',
      'I want my order refunded.',
      'Can you refund an order?',
      'Please refund my order.',
      'Refund, please.',
    ],
    heldOut: ['Please refund an order.', 'I want a refund of my order.'],
  },
  answer: {
    train: ['{fact}.', 'It is {fact}.', '{fact}, please.', 'I mean {fact}.', 'Take {fact}.'],
    heldOut: ['I think of {fact}.', 'Please take {fact}.'],
  },
  hello: {
    train: ['Hello!', 'Hi!', 'Good morning!', 'Hello there.', 'Good evening.', 'Hi, how are you?', 'Hey!'],
    heldOut: ['Hello, good morning!', 'Hi there!', 'Hello, how are you?'],
  },
  thanks: {
    train: ['Thank you!', 'Thanks.', 'Thank you very much.', 'Many thanks!', 'Thanks for the help.'],
    heldOut: ['Thank you for the help.', 'Thanks very much!'],
  },
  whoAreYou: {
    train: [
      'Who are you?',
      'What is your name?',
      'Tell me who you are.',
      'Are you a person?',
      'What are you?',
    ],
    heldOut: ['Please tell me who you are.', 'Tell me your name.'],
  },
})

/** One of the split's ways to say it, with what it is about filled in. */
export const phrase = (
  d: Draws,
  split: Split,
  intent: keyof typeof phrases,
  slots: Readonly<Record<string, string | number>> = {},
): string =>
  d.pick(phrases[intent][split]).replaceAll(/\{(\w+)\}/g, (_, slot: string) => {
    const value = slots[slot]
    if (value === undefined) throw new Error(`the phrase needs ${slot}`)
    return String(value)
  })
