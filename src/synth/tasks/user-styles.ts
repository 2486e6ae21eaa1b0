import type { Draws } from '../../draws.ts'
import { capitalized, outsideExact, phrase, plain } from './phrases.ts'
import { withTypos } from './typos.ts'

/** How someone writes: a manner for a simulator, and what is made of a clause such as `set the price of A-1 to 3`. */
interface Manner {
  readonly description: string
  readonly frame: string
  readonly finish?: (text: string, draw: Draws) => string
}

const lowered = (text: string): string => outsideExact(text, (part) => part.toLowerCase())

const manners = {
  terse: { description: 'writes as few words as possible', frame: '{clause}[.|]' },
  polite: {
    description: 'is polite and patient',
    frame:
      '[Hello|Good morning|Hi there|Good afternoon], [could you please|would you please|may I ask you to] {clause}? [Thank you|Many thanks|Thanks a lot|Thank you in advance].',
  },
  rambling: {
    description: 'tells more than is needed before coming to the point',
    frame:
      '[So, I was just talking to a colleague about this|It has been quite a day here|Sorry to bother you again|I promised my manager to have this sorted out] [and I keep forgetting how it works|and it is still on my list|and before I forget it once more]. [Anyway, what I need is this|What it comes down to|The point is]: [please|could you] {clause}[.|. That would help me a lot.|, if it is no trouble.]',
  },
  hurried: {
    description: 'types in a hurry and makes slips',
    frame: '[hey|hi|quick one|hello]: [pls|please|can you] {clause}[, thx| asap|]',
    finish: (text, draw) => withTypos(lowered(text), draw),
  },
  formal: {
    description: 'writes formally',
    frame:
      '[I would like you to|I kindly ask you to|I hereby request you to|You are asked to] {clause}.[ Please confirm when this is done.||]',
  },
  friendly: {
    description: 'is friendly and informal',
    frame:
      "[Hey|Hi|Hiya|Hello]! [Can you|Could you|Mind if I ask you to|I'd love it if you could] {clause}? [Cheers|Thanks!|You're the best.|]",
  },
  plain: {
    description: 'says plainly what is wanted',
    frame: '[Please|I need you to|I want you to|] {clause}.',
  },
} as const satisfies Record<string, Manner>

type MannerName = keyof typeof manners

/** Someone who asks for something, and how they write. */
export interface Speaker {
  readonly persona: string
  /** An opening request. */
  ask(clause: string): string
  /** A further request. */
  askAgain(clause: string): string
  /** A later turn: the text as it is, in this one's spelling. */
  reply(text: string): string
}

const names =
  'Amira Jonas Priya Tomás Wei Fatou Oleg Ines Kofi Maren Yuki Bilal Sofia Anselm Noor Greta Mateo Lucía Dilan Hana Piotr Zahra Emeka Linnea Ravi Chloé Aroha Stefan Imani Kenji'.split(
    ' ',
  )
const occupations =
  'a team lead|a new employee|an accountant|a shift supervisor|a long-standing customer|an assistant to the management|a project manager|a volunteer|the owner of a small business|a student on placement|a consultant|a technician'.split(
    '|',
  )

const again =
  '[[Also|Next|One more thing|And then][:|,] |][[please|I also need you to] {clause}[.|]|[can you please|could you] {clause}?]'

const spelled = ({ finish }: Manner, text: string, draw: Draws): string => {
  const finished = finish === undefined ? capitalized(text) : finish(text, draw)
  return plain(finished).trim()
}

/** A person and a manner of writing, by draw. */
export function drawSpeaker(draw: Draws): Speaker {
  const name = draw.pick(Object.keys(manners) as MannerName[])
  const manner: Manner = manners[name]
  return {
    persona: `${draw.pick(names)}, ${draw.pick(occupations)}, who ${manner.description}`,
    ask: (clause) => spelled(manner, phrase(manner.frame, draw, { clause }), draw),
    askAgain: (clause) => spelled(manner, phrase(again, draw, { clause }), draw),
    reply: (text) => spelled(manner, text, draw),
  }
}
