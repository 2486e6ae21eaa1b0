import type { Socket } from 'node:net'
import type { Answer } from './store.ts'

/** Values are base64: a plugin's are bytes. */
export type Question =
  | { readonly ask: 'get'; readonly key: string; readonly timeout: number }
  | { readonly ask: 'tryGet'; readonly key: string }
  | { readonly ask: 'put'; readonly key: string; readonly value: string }

export type Numbered<T> = T & { readonly id: number }

/** One JSON text a line. */
export const send = (socket: Socket, message: Numbered<Question> | Numbered<Answer>): void => {
  socket.write(`${JSON.stringify(message)}\n`)
}

/** Calls with each message that arrives. What is no message ends the connection. */
export function receive<T>(socket: Socket, take: (message: Numbered<T>) => void): void {
  // Of a line that has not ended: compiled programs are lines of megabytes, which arrive in pieces.
  let pieces: string[] = []
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    const [first, ...others] = text.split('\n')
    pieces.push(first!)
    for (const next of others) {
      const line = pieces.join('')
      pieces = [next]
      try {
        take(JSON.parse(line))
      } catch {
        socket.destroy()
      }
    }
  })
}
