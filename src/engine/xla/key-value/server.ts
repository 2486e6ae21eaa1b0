import { createServer, type Server, type Socket } from 'node:net'
import { KeyValueStore } from './store.ts'
import { type Numbered, type Question, receive, send } from './wire.ts'

/** Serves a new store at an address. It trusts whoever reaches it: give an address of a private network. */
export async function serveKeyValues(host: string, port: number): Promise<Server> {
  const store = new KeyValueStore()
  const server = createServer((socket: Socket) => {
    socket.setNoDelay()
    socket.on('error', () => socket.destroy())
    receive<Question>(socket, async (question) => {
      const answer = await answerTo(store, question)
      if (!socket.destroyed) send(socket, { ...answer, id: question.id })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return server
}

function answerTo(store: KeyValueStore, question: Numbered<Question>) {
  if (question.ask === 'get') return store.get(question.key, question.timeout)
  return question.ask === 'put' ? store.put(question.key, question.value) : store.tryGet(question.key)
}
