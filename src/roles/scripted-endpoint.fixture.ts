import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Json = Readonly<Record<string, unknown>>
export type ScriptedRequest = Json & { readonly messages: readonly (Json & { readonly content: string })[] }

/** What the endpoint does with one request. */
export type Step =
  /** Objects as JSON, texts as they are. */
  | {
      readonly status?: number
      readonly body: unknown
      readonly headers?: Readonly<Record<string, string>>
      readonly afterMs?: number
    }
  /** Half of the body that its header promises, then the connection is reset or stays open. */
  | { readonly half: string; readonly ending: 'reset' | 'stay' }

/** An answer of chat completions. */
export const completion = (message: Json, finish: string = 'stop'): Step => ({
  body: {
    id: 'x',
    object: 'chat.completion',
    created: 0,
    model: 'scripted',
    choices: [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason: finish }],
    usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  },
})

export const says = (content: string, finish?: string): Step => completion({ content }, finish)
export const saysJson = (value: unknown): Step => says(JSON.stringify(value))
export const calls = (...made: readonly { readonly name: string; readonly arguments: unknown }[]): Step =>
  completion(
    {
      tool_calls: made.map(({ name, arguments: given }, i) => ({
        id: `chatcmpl-tool-${i}`,
        type: 'function',
        function: { name, arguments: typeof given === 'string' ? given : JSON.stringify(given) },
      })),
    },
    'tool_calls',
  )
export const refuses = (
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Step => ({
  status,
  headers,
  body: { error: { message, type: 'invalid_request_error', code: null, param: null } },
})

export interface ScriptedEndpoint extends AsyncDisposable {
  readonly baseUrl: string
  /** Bodies of the requests so far. */
  readonly requests: readonly ScriptedRequest[]
  readonly keys: readonly (string | undefined)[]
  /** Most requests under way at once so far. */
  mostOpen(): number
}

function play(step: Step, response: ServerResponse): void {
  if ('half' in step) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': step.half.length * 2 })
    response.write(step.half, () => step.ending === 'reset' && setTimeout(() => response.destroy(), 20))
    return
  }
  const isText = typeof step.body === 'string'
  response.writeHead(step.status ?? 200, {
    'content-type': isText ? 'text/html' : 'application/json',
    ...step.headers,
  })
  response.end(isText ? step.body : JSON.stringify(step.body))
}

/** An OpenAI-compatible endpoint on a real socket: the script's steps in order, or what a function of the request says. */
export async function scriptedEndpoint(
  script: readonly Step[] | ((request: ScriptedRequest, index: number) => Step),
): Promise<ScriptedEndpoint> {
  const requests: ScriptedRequest[] = []
  const keys: (string | undefined)[] = []
  let open = 0
  let mostOpen = 0
  const ended = refuses(400, 'the script has ended')
  const stepOf = (request: ScriptedRequest, index: number): Step =>
    (typeof script === 'function' ? script(request, index) : script[index]) ?? ended

  const server = createServer(async (request, response) => {
    mostOpen = Math.max(mostOpen, ++open)
    response.on('close', () => open--)
    keys.push(request.headers.authorization)
    let text = ''
    for await (const piece of request.setEncoding('utf8')) text += piece
    const body = JSON.parse(text) as ScriptedRequest
    requests.push(body)
    const step = stepOf(body, requests.length - 1)
    const wait = 'afterMs' in step ? (step.afterMs ?? 0) : 0
    if (wait === 0) play(step, response)
    else setTimeout(() => play(step, response), wait).unref()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    keys,
    mostOpen: () => mostOpen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
