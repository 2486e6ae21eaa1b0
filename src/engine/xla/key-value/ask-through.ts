import type { MessagePort } from 'node:worker_threads'
import type { NetworkQuestion } from './network-worker.ts'
import type { Answer } from './store.ts'
import type { Numbered } from './wire.ts'

const gone: Answer = { code: 'UNAVAILABLE', message: 'the thread that talks to the coordinator has ended' }

/**
 * Asks the thread at the other end of a port. The process lives as long as an answer is awaited, and no longer. A thread
 * that has ended answers with UNAVAILABLE.
 */
export function askThrough(port: MessagePort): (question: NetworkQuestion) => Promise<Answer> {
  const waiting = new Map<number, (answer: Answer) => void>()
  let last = 0
  let ended = false
  port.on('message', ({ id, ...answer }: Numbered<Answer>) => {
    waiting.get(id)?.(answer)
    waiting.delete(id)
    if (waiting.size === 0) port.unref()
  })
  port.on('close', () => {
    ended = true
    for (const take of waiting.values()) take(gone)
    waiting.clear()
  })
  port.unref()
  return (question) =>
    new Promise((resolve) => {
      if (ended) return resolve(gone)
      if (waiting.size === 0) port.ref()
      waiting.set(++last, resolve)
      port.postMessage({ ...question, id: last })
    })
}
