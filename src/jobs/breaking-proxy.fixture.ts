import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Stands before a Postgres server and breaks connections at a COMMIT. */
export interface BreakingProxy extends AsyncDisposable {
  readonly url: string
  /** The next COMMIT does not reach the server, or its acknowledgement does not reach the client. */
  breakAt(which: 'commit' | 'acknowledgement'): void
  /** How many connections were broken. */
  broken(): number
}

export async function breakingProxy(serverUrl: string): Promise<BreakingProxy> {
  const { hostname, port, pathname, username } = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let breaking: 'commit' | 'acknowledgement' | undefined
  let broken = 0
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname)
    let deaf = false
    const end = (): void => {
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', end).on('close', end)
    }
    client.on('data', (data) => {
      if (breaking === undefined || !data.includes('COMMIT')) return server.write(data)
      deaf = true
      broken++
      const how = breaking
      breaking = undefined
      return how === 'commit' ? end() : server.write(data)
    })
    server.on('data', (data) => (deaf ? end() : client.write(data)))
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const { port: own } = proxy.address() as { port: number }
  return {
    url: `postgres://${username}@127.0.0.1:${own}${pathname}`,
    breakAt: (which) => {
      breaking = which
    },
    broken: () => broken,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}
