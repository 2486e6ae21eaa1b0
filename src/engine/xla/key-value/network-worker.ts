import type { Server } from 'node:net'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { connectTo } from './connection.ts'
import { serveKeyValues } from './server.ts'
import type { Answer } from './store.ts'
import type { Numbered, Question } from './wire.ts'

/** What the thread that talks to the coordinator is given. */
export interface NetworkData {
  readonly host: string
  readonly port: number
  /** Whether this process is the coordinator. */
  readonly serve: boolean
  /** How long to wait for the coordinator, in milliseconds. */
  readonly patience: number
  readonly askers: readonly Asker[]
}

/** A thread that asks. Answers carry the number of their question. */
export interface Asker {
  readonly port: MessagePort
  /** Of a thread that sleeps until its one question is answered: an Int32Array's, 1 when the answer has been posted. */
  readonly signal?: SharedArrayBuffer
}

/** `leave` ends the connection. At the coordinator it is answered when all other processes have left too. */
export type NetworkQuestion = Question | { readonly ask: 'leave' }

/** How long the coordinator waits for others that go on without it, in milliseconds. */
const FAREWELL = 30_000

async function leave(end: () => void, server: Server | undefined): Promise<Answer> {
  end()
  if (server !== undefined)
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      setTimeout(resolve, FAREWELL)
    })
  return { value: '' }
}

/** Says '' when it is ready, or why it cannot be. */
async function start({ host, port, serve, patience, askers }: NetworkData): Promise<string> {
  try {
    const server = serve ? await serveKeyValues(host, port) : undefined
    const { ask, end } = await connectTo(host, port, patience)
    const answerTo = (question: NetworkQuestion): Promise<Answer> =>
      question.ask === 'leave' ? leave(end, server) : ask(question)
    for (const { port, signal } of askers) {
      const flag = signal && new Int32Array(signal)
      port.on('message', async (question: Numbered<NetworkQuestion>) => {
        port.postMessage({ ...(await answerTo(question)), id: question.id } satisfies Numbered<Answer>)
        if (flag === undefined) return
        Atomics.store(flag, 0, 1)
        Atomics.notify(flag, 0)
      })
    }
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

parentPort?.postMessage(await start(workerData as NetworkData))
