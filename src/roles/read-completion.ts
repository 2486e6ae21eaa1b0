import { z } from 'zod'
import { canonicalId } from '../chat/call-ids.ts'
import type { ToolCall } from '../chat/messages.ts'
import { schemaProblems } from '../schema-error.ts'
import { isHtml } from './attempt-failure.ts'
import type { ChatAnswer, ChatUsage } from './chat-endpoint.ts'
import { EndpointFailure } from './endpoint-failure.ts'

const callSchema = z.object({
  function: z.object({ name: z.string().min(1), arguments: z.unknown() }),
})

/** Some endpoints answer in parts, what was thought among them. */
const partSchema = z.object({ type: z.string(), text: z.string().optional() })

const choiceSchema = z.object({
  finish_reason: z.string(),
  message: z.object({
    content: z.union([z.string(), z.array(partSchema)]).nullish(),
    refusal: z.string().nullish(),
    tool_calls: z.array(callSchema).nullish(),
  }),
})

const tokens = z.int().nonnegative()

const completionSchema = z.object({
  choices: z.array(choiceSchema).min(1),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish().catch(null),
})

type Choice = z.infer<typeof choiceSchema>

const contentText = (content: Choice['message']['content']): string =>
  Array.isArray(content)
    ? content.map(({ type, text = '' }) => (type === 'text' ? text : '')).join('')
    : (content ?? '')

/** Some answer with what was thought before the answer, where nothing was asked to keep the two apart. */
const withoutThoughts = (text: string): string => text.replace(/^\s*<think>[\s\S]*?<\/think>\s*/, '')

/** Some endpoints give the arguments as an object. */
const argumentsText = (given: unknown): string =>
  typeof given === 'string' ? given : given === undefined || given === null ? '' : JSON.stringify(given)

const callsOf = ({ message }: Choice, earlier: number): readonly ToolCall[] =>
  (message.tool_calls ?? []).map(({ function: { name, arguments: given } }, i) => ({
    id: canonicalId({ name, index: earlier + i }),
    name,
    arguments: argumentsText(given),
  }))

function answerOf(choice: Choice, earlier: number): Omit<ChatAnswer, 'usage'> {
  const { content, refusal } = choice.message
  const text = withoutThoughts(contentText(content) || refusal || '')
  const message = { role: 'assistant', content: text } as const
  // Half a call is none, and nobody can tell which of them the end has cut.
  if (choice.finish_reason === 'length') return { message, finish: 'length' }
  if (choice.finish_reason === 'content_filter' || refusal) return { message, finish: 'content_filter' }
  const toolCalls = callsOf(choice, earlier)
  // What endpoints say here of calls cannot be relied on.
  if (toolCalls.length > 0) return { message: { ...message, toolCalls }, finish: 'tool_calls' }
  return { message, finish: 'stop' }
}

/** Why a text is no answer. */
function complaint(text: string): string {
  if (text.trim() === '') return 'answered with nothing'
  if (isHtml(text)) return 'answered with an HTML page; is the address right, with its path (mostly /v1)?'
  if (/^\s*data:/.test(text)) return 'answered with a stream, which was not asked for'
  return `answered with what is not JSON, or half of it: ${JSON.stringify(text.slice(0, 80))}`
}

/**
 * Reads the body of an answer of chat completions.
 *
 * @param earlier calls of the conversation before: the ids of calls are K2's and count from there
 * @returns usage null where the endpoint does not tell it
 * @throws EndpointFailure (`invalid`) for what is no such answer
 */
export function readCompletion(
  text: string,
  baseUrl: string,
  earlier: number,
): Omit<ChatAnswer, 'usage'> & { readonly usage: ChatUsage | null } {
  const invalid = (message: string, transient: boolean): EndpointFailure =>
    new EndpointFailure('invalid', `${baseUrl}: ${message}`, { transient })
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw invalid(complaint(text), !isHtml(text))
  }
  const { data } = completionSchema.safeParse(body)
  if (data === undefined) {
    const [problem] = schemaProblems(completionSchema, body)
    throw invalid(`answered with JSON that is no chat completion: ${problem}`, true)
  }
  const { usage } = data
  return {
    ...answerOf(data.choices[0]!, earlier),
    usage: usage ? { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens } : null,
  }
}
