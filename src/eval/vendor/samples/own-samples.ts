import { seededRandom } from '../../../draws.ts'
import type { ChatBody, ChatBodyMessage } from '../chat-types.ts'
import type { Sample } from '../read-samples.ts'
import { type SampleTool, sampleTools } from './sample-tools.ts'

type Random = () => number

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!

/** `count` different others beside one that is there, in any order. */
function amongOthers(random: Random, one: SampleTool, count: number): readonly SampleTool[] {
  const others = sampleTools.filter((tool) => tool !== one)
  const chosen = [one]
  while (chosen.length <= count && others.length > 0)
    chosen.push(...others.splice(Math.floor(random() * others.length), 1))
  return chosen
    .map((tool) => ({ tool, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ tool }) => tool)
}

/** Ids of earlier calls as different clients write them; a server has to rename all but the first. */
const idForms: readonly ((name: string, index: number) => string)[] = [
  (name, index) => `functions.${name}:${index}`,
  (_, index) => `call_${index}f3a9c`,
  (name, index) => `${name}:${index}`,
  (_, index) => `b1c0ffee-0000-4000-8000-00000000000${index}`,
]

const nameOf = ({ declaration }: SampleTool): string => declaration.function.name

/** A turn in which tools were called, with what they returned. */
function earlierTurn(random: Random, tools: readonly SampleTool[], from: number): readonly ChatBodyMessage[] {
  const idOf = pick(random, idForms)
  const calls = tools.map((tool, i) => ({ tool, id: idOf(nameOf(tool), from + i) }))
  return [
    { role: 'user', content: tools.map(({ ask }) => ask).join(' ') },
    {
      role: 'assistant',
      content: pick(random, ['', null, 'One moment.']),
      tool_calls: calls.map(({ tool, id }) => ({
        id,
        type: 'function',
        function: { name: nameOf(tool), arguments: JSON.stringify(tool.example) },
      })),
    },
    ...calls.map(({ tool, id }) => ({ role: 'tool', tool_call_id: id, content: tool.result })),
    { role: 'assistant', content: 'Done.' },
  ]
}

const systemTexts = [
  'You are Kimi, an AI assistant created by Moonshot AI.',
  'Answer briefly. Use the tools.',
]

function beginning(random: Random): readonly ChatBodyMessage[] {
  const content = pick(random, systemTexts)
  return pick(random, [[], [{ role: 'system', content }], [{ role: '_input', content }]])
}

function history(random: Random, tools: readonly SampleTool[]): readonly ChatBodyMessage[] {
  const turns = Math.floor(random() * 3)
  const messages: ChatBodyMessage[] = []
  for (let calls = 0, turn = 0; turn < turns; turn++) {
    const called = tools.slice(0, 1 + Math.floor(random() * 2))
    messages.push(...earlierTurn(random, called, calls))
    calls += called.length
  }
  return messages
}

/** Most samples force a call: a model that is not trained for tools makes none of its own accord. */
const choices: readonly ((tool: SampleTool) => unknown)[] = [
  () => 'auto',
  () => 'required',
  () => 'required',
  (tool) => ({ type: 'function', function: { name: nameOf(tool) } }),
]

function body(random: Random, tool: SampleTool): ChatBody {
  const tools = amongOthers(random, tool, Math.floor(random() * 6))
  const ask = random() < 0.8 ? tool.ask : [{ type: 'text', text: tool.ask }]
  return {
    messages: [...beginning(random), ...history(random, tools), { role: 'user', content: ask }],
    tools: tools.map(({ declaration }) => declaration),
    tool_choice: pick(random, choices)(tool),
    temperature: pick(random, [0, 0.6, 1]),
    max_tokens: 512,
    seed: Math.floor(random() * 1000),
    stream: random() < 0.5,
  }
}

/**
 * Requests of our own making, for a server to check itself by: many forms of schemas, several tools, histories with
 * results and with ids of other makers, Kimi's `_input` role, streamed and not. They name no model.
 *
 * @param seed the same seed makes the same requests
 */
export function ownSamples(seed = 0, count = 60): readonly Sample[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, i) => ({
    index: i + 1,
    body: body(random, sampleTools[i % sampleTools.length]!),
  }))
}
