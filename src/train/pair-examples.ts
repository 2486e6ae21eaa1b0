import { answerText, conversationText } from '../chat/conversation-text.ts'
import type { AssistantMessage, ChatMessage } from '../chat/messages.ts'
import { preferenceQuestion, verdictText } from '../chat/preference-question.ts'
import { questionMessages } from '../chat/structured-question.ts'
import type { Tokenizer } from '../tokenizer/tokenizer.ts'
import { type ChatExample, type ChatExampleOptions, chatExample } from './chat-example.ts'
import type { PreferencePair } from './preference-pair.ts'

/** What a judge says: the first answer is better, or the second. */
export const verdicts = ['A', 'B'] as const

/**
 * The tokens of both, without the mark that ends the turn. They are equally many: a letter between quotation marks is a
 * token of its own.
 */
export const verdictTokens = (tokenizer: Tokenizer): readonly [readonly number[], readonly number[]] => [
  tokenizer.encode(verdictText(verdicts[0])),
  tokenizer.encode(verdictText(verdicts[1])),
]

/** The messages that ask which of two answers is better, in this order. */
export const judgingMessages = (
  { messages, tools, criteria }: Omit<PreferencePair, 'chosen' | 'rejected'>,
  [a, b]: readonly [AssistantMessage, AssistantMessage],
): ChatMessage[] =>
  questionMessages(preferenceQuestion, {
    request: conversationText(messages, tools),
    a: answerText(a),
    b: answerText(b),
    ...(criteria && { criteria }),
  })

/**
 * A pair as judging conversations in both orders, the verdict learned: first the one whose better answer is A. A judge
 * that goes by the place alone gets one of them wrong.
 *
 * @returns null where they are too long
 */
export function pairExamples(
  tokenizer: Tokenizer,
  { chosen, rejected, ...context }: PreferencePair,
  options: ChatExampleOptions,
): readonly [ChatExample, ChatExample] | null {
  const example = (answers: readonly [AssistantMessage, AssistantMessage], verdict: 'A' | 'B') => {
    const answer = { role: 'assistant', content: verdictText(verdict) } as const
    return chatExample(
      tokenizer,
      { messages: [...judgingMessages(context, answers), answer], tools: [] },
      options,
    )
  }
  const first = example([chosen, rejected], verdicts[0])
  const second = example([rejected, chosen], verdicts[1])
  return first === null || second === null ? null : [first, second]
}
