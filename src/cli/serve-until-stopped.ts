import type { Server } from '../serve/create-server.ts'
import { isLoopback } from '../serve/host-check.ts'
import type { ServerSettings } from '../serve/server-settings.ts'
import { type ServerModel, startServer } from '../serve/start-server.ts'
import { UserError } from '../user-error.ts'

export interface ServingOptions {
  readonly settings: Partial<ServerSettings> & Pick<ServerSettings, 'host' | 'port' | 'apiKeys'>
  /** Seconds that answers under way have when the server is to stop. */
  readonly graceSeconds: number
  /** Stops the server. */
  readonly signal: AbortSignal
  readonly print: (line: string) => void
  readonly warn: (line: string) => void
}

/** What someone who reads it needs to go on with. */
const callText = (url: string, [name = '']: readonly string[], hasKey: boolean): readonly string[] => [
  `${name} is served on ${url}`,
  `  chat page      ${url}/`,
  `  OpenAI API     ${url}/v1`,
  `  Anthropic API  ${url}`,
  'Ask it:',
  `  curl ${url}/v1/chat/completions -H 'content-type: application/json' \\`,
  ...(hasKey ? [`    -H 'authorization: Bearer YOUR_KEY' \\`] : []),
  `    -d '${JSON.stringify({ model: name, messages: [{ role: 'user', content: 'Hello' }] })}'`,
]

/** Mistakes of the user's among what listening may run into. */
const listenProblems: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already; choose another --port',
  EACCES: 'that needs more rights; choose a --port from 1024 on',
  EADDRNOTAVAIL: 'this machine has no such address; choose another --host',
  ENOTFOUND: 'no such host; choose another --host',
}

async function listening(model: ServerModel, settings: ServingOptions['settings']): Promise<Server> {
  try {
    return await startServer(model, settings)
  } catch (error) {
    const problem = listenProblems[(error as NodeJS.ErrnoException).code ?? '']
    if (problem === undefined) throw error
    throw new UserError(`${settings.host}:${settings.port}: ${problem}`)
  }
}

/**
 * Serves a model until the signal: then answers under way may finish, and the rest is told.
 *
 * @throws UserError where the address cannot be listened on, and where everybody could replace the model
 */
export async function serveUntilStopped(
  model: ServerModel,
  { settings, graceSeconds, signal, print, warn }: ServingOptions,
): Promise<void> {
  const hasKey = settings.apiKeys.length > 0
  if (model.internal && !isLoopback(settings.host) && !hasKey && !settings.internalKeys?.length)
    throw new UserError(
      `--internal on ${settings.host}: whoever reaches it could replace the model; set --internal-key or --api-key, or leave --host out`,
    )
  const server = await listening(model, settings)
  if (!isLoopback(settings.host) && !hasKey)
    warn(`everybody who reaches ${settings.host} can ask: set --api-key, or leave --host out`)
  for (const line of callText(server.url, model.modelNames, hasKey)) print(line)
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  await server.stop(graceSeconds * 1000)
}
