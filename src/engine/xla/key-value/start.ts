import { extname } from 'node:path'
import { MessageChannel, type TransferListItem, Worker } from 'node:worker_threads'
import { UserError } from '../../../user-error.ts'
import type { KeyValueCallbacks } from '../client.ts'
import { askThrough } from './ask-through.ts'
import type { CallbackAddresses, CallbackData } from './callback-worker.ts'
import type { Ask } from './connection.ts'
import type { NetworkData } from './network-worker.ts'

/** A process's place among those that compute together. */
export interface Distributed {
  /** `host:port` of process 0, where the processes find each other. */
  readonly coordinator: string
  /** From 0. */
  readonly processId: number
  readonly processCount: number
}

export interface KeyValueService extends KeyValueCallbacks {
  /** Asks the same store from here. */
  readonly ask: Ask
  /** Ends the threads; at the coordinator when the other processes have left too, or half a minute later. */
  close(): Promise<void>
  /** Ends the threads at once: where this is the coordinator, the other processes learn that it is gone. */
  [Symbol.dispose](): void
}

/** Processes start at different times: this is how long one waits for the coordinator, in milliseconds. */
const PATIENCE = 300_000

/**
 * The callbacks with which a plugin's processes find each other: a store at the coordinator, process 0.
 *
 * Three threads serve them and none of them waits for the event loop, so that plugins may call back while the event
 * loop's thread is inside a call of theirs (starting a client, or a first run that sets up communication). Gets of a
 * process are answered one after another, puts beside them: a get may therefore wait for keys whose writing does not
 * wait for a later get of the same process. XLA's own use is such: the lowest process of a group writes its key
 * before it reads any.
 *
 * @throws UserError if the coordinator's address cannot be listened at, or nobody answers there
 */
export async function startKeyValues({
  coordinator,
  processId,
  processCount,
}: Distributed): Promise<KeyValueService> {
  const { host, port } = addressOf(coordinator)
  if (!Number.isInteger(processId) || processId < 0 || processId >= processCount)
    throw new UserError(`Process ${processId} of ${processCount}: processes are numbered from 0`)
  const get = sleeper()
  const put = sleeper()
  const own = new MessageChannel()
  const network = start<string>(
    'network-worker',
    {
      host,
      port,
      serve: processId === 0,
      patience: PATIENCE,
      askers: [get.asked, put.asked, { port: own.port2 }],
    } satisfies NetworkData,
    [get.asked.port, put.asked.port, own.port2],
  )
  const workers = [network.worker]
  const dispose = () => {
    for (const worker of workers) void worker.terminate()
    own.port1.close()
  }
  try {
    const problem = await network.first
    if (problem !== '') throw new UserError(`Coordinator ${coordinator}: ${problem}`)
    const threads = (['get', 'put'] as const).map((serves) => {
      const { asks } = serves === 'get' ? get : put
      return start<CallbackAddresses>('callback-worker', { ...asks, serves } satisfies CallbackData, [
        asks.port,
      ])
    })
    workers.push(...threads.map(({ worker }) => worker))
    const [gets, puts] = await Promise.all(threads.map(({ first }) => first))
    for (const worker of workers) worker.unref()
    const callbacks = { get: gets!.get!, tryGet: puts!.tryGet!, put: puts!.put! }
    const ask = askThrough(own.port1)
    return { ...callbacks, ask, close: () => ask({ ask: 'leave' }).then(dispose), [Symbol.dispose]: dispose }
  } catch (error) {
    dispose()
    throw error
  }
}

function addressOf(coordinator: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^(.+):(\d+)$/.exec(coordinator) ?? []
  if (host === undefined || !(Number(port) >= 1 && Number(port) <= 65_535))
    throw new UserError(`Coordinator ${coordinator}: expected host:port, such as 10.0.0.1:1234`)
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
}

/** The two ends of a channel on which one thread sleeps until the other has answered. */
function sleeper() {
  const { port1, port2 } = new MessageChannel()
  const signal = new SharedArrayBuffer(4)
  return { asks: { port: port1, signal }, asked: { port: port2, signal } }
}

/** Starts a thread; `first` is the first message that it sends. */
function start<T>(name: string, workerData: unknown, transferList: TransferListItem[]) {
  const file = new URL(`./${name}${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(file, { execArgv: [], workerData, transferList, name: `key-value ${name}` })
  const first = new Promise<T>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error(`The thread ${name} has ended`)))
  })
  return { worker, first }
}
