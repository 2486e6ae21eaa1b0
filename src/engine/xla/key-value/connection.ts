import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from './store.ts'
import { type Question, receive, send } from './wire.ts'

/** Between attempts to reach a coordinator that may not have started yet, in milliseconds. */
const RETRY = 250

/** Asks the coordinator's store. A lost connection answers everything with UNAVAILABLE. */
export type Ask = (question: Question) => Promise<Answer>

export interface Connection {
  readonly ask: Ask
  /** Tells the coordinator that this process will ask no more. */
  end(): void
}

/** @throws Error if nobody listens at the address within `patience` milliseconds */
export async function connectTo(host: string, port: number, patience: number): Promise<Connection> {
  const socket = await reach(host, port, Date.now() + patience)
  const waiting = new Map<number, (answer: Answer) => void>()
  const lost: Answer = {
    code: 'UNAVAILABLE',
    message: `the connection to the coordinator ${host}:${port} is lost; has process 0 ended?`,
  }
  let last = 0
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    for (const take of waiting.values()) take(lost)
    waiting.clear()
  })
  receive<Answer>(socket, ({ id, ...answer }) => {
    waiting.get(id)?.(answer)
    waiting.delete(id)
  })
  const ask: Ask = (question) => {
    if (socket.destroyed) return Promise.resolve(lost)
    return new Promise((resolve) => {
      waiting.set(++last, resolve)
      // The asker's own number, if any, gives way to this connection's.
      send(socket, { ...question, id: last })
    })
  }
  return { ask, end: () => socket.end() }
}

async function reach(host: string, port: number, until: number): Promise<Socket> {
  for (;;) {
    try {
      return await attempt(host, port)
    } catch (cause) {
      if (Date.now() > until)
        throw new Error(`Nobody answers at the coordinator ${host}:${port}; start process 0 there`, { cause })
      await sleep(RETRY)
    }
  }
}

const attempt = (host: string, port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
  })
