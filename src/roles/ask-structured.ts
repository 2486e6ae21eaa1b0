import type { ChatMessage } from '../chat/messages.ts'
import { answerSchema, questionMessages } from '../chat/structured-question.ts'
import { schemaProblems } from '../schema-error.ts'
import type { ChatAnswer, ChatEndpoint, ChatUsage } from './chat-endpoint.ts'
import { jsonInText } from './json-in-text.ts'
import { RejectedAnswer, type RejectionReason } from './rejected-answer.ts'
import type { VersionedPrompt } from './versioned-prompt.ts'

export interface AskOptions {
  readonly seed: number
  readonly signal?: AbortSignal
}

export interface StructuredAnswer<Output> {
  readonly value: Output
  /** How often the model had to correct itself. */
  readonly repairs: number
  /** Of all rounds. */
  readonly usage: ChatUsage
}

/** How often a model may correct itself. */
const mostRepairs = 2
/** Problems that it is told at once. */
const mostTold = 12

type Verdict<Output> =
  | { readonly value: Output }
  | { readonly reason: RejectionReason; readonly problems: readonly string[]; readonly final: boolean }

const rejected = (reason: RejectionReason, problems: readonly string[], final = false) => ({
  reason,
  problems: problems.slice(0, mostTold),
  final,
})

/** What an answer says, or what is wrong with it. */
function verdictOf<Input, Output>(
  prompt: VersionedPrompt<Input, Output>,
  input: Input,
  { message: { content }, finish }: ChatAnswer,
): Verdict<Output> {
  if (finish === 'content_filter')
    return rejected('refusal', [`the model refused: ${content.slice(0, 200)}`], true)
  if (finish === 'length')
    return rejected('length', ['the answer was cut off because it was too long: answer in fewer words'])
  if (finish === 'tool_calls') return rejected('form', ['the answer calls tools, and there are none'])
  const candidates = jsonInText(content)
  if (candidates.length === 0) return rejected('form', ['the answer has no JSON in it, or it is not valid'])
  const verdicts = candidates.map((candidate): Verdict<Output> => {
    const { data, success } = prompt.schema.safeParse(candidate)
    if (!success) return rejected('form', schemaProblems(prompt.schema, candidate))
    const problems = prompt.problems?.(data, input) ?? []
    return problems.length === 0 ? { value: data } : rejected('form', problems)
  })
  return verdicts.find((verdict) => 'value' in verdict) ?? verdicts[0]!
}

const repairText = (problems: readonly string[]): string =>
  `Your answer cannot be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}\nAnswer again with the whole corrected JSON and nothing else.`

/**
 * Asks a model for an answer of a prompt's form. What surrounds the JSON is passed over; an answer that is not of the form
 * goes back with what is wrong with it, twice at most.
 *
 * @throws RejectedAnswer for an answer that cannot be used in the end
 * @throws EndpointFailure where none came
 */
export async function askStructured<Input, Output>(
  endpoint: ChatEndpoint,
  prompt: VersionedPrompt<Input, Output>,
  input: Input,
  { seed, signal }: AskOptions,
): Promise<StructuredAnswer<Output>> {
  const { temperature, maxTokens } = prompt
  const asked: readonly ChatMessage[] = questionMessages(prompt, input)
  let messages = asked
  const usage = { promptTokens: 0, completionTokens: 0 }
  for (let repairs = 0; ; repairs++) {
    const answer = await endpoint.complete({
      messages,
      schema: answerSchema(prompt),
      temperature,
      maxTokens,
      seed,
      ...(signal && { signal }),
    })
    usage.promptTokens += answer.usage.promptTokens
    usage.completionTokens += answer.usage.completionTokens
    const verdict = verdictOf(prompt, input, answer)
    if ('value' in verdict) return { value: verdict.value, repairs, usage }
    const { content } = answer.message
    const { reason, problems, final } = verdict
    if (final || repairs === mostRepairs)
      throw new RejectedAnswer(reason, `${prompt.name}@${prompt.version}`, problems, content)
    messages = [...asked, { role: 'assistant', content }, { role: 'user', content: repairText(problems) }]
  }
}
