import type { EndpointFailure } from '../../roles/endpoint-failure.ts'

/** How servers say it: OpenAI's code, vLLM, SGLang and llama.cpp, Anthropic, Gemini. */
const words = [
  /context_length_exceeded/,
  /context (?:length|window|size)/i,
  /(?:prompt|input|request) is too long/i,
  /maximum number of tokens/i,
]

/** Whether a request was refused because it has more tokens than the model can read. */
export const isOverlong = ({ status, message, cause }: EndpointFailure): boolean =>
  (status === 400 || status === 413) &&
  words.some((pattern) => pattern.test(message) || pattern.test(codeOf(cause)))

const codeOf = (error: unknown): string =>
  String((error as { code?: unknown } | null | undefined)?.code ?? '')
