import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { connectTo } from './connection.ts'
import { serveKeyValues } from './server.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

/** A port that nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function serve() {
  const port = await freePort()
  const server = await serveKeyValues('127.0.0.1', port)
  cleanups.push(() => server.close())
  return { port, server }
}

test('a get waits until another process writes the key, which is written once', async () => {
  const { port } = await serve()
  const [{ ask: one }, { ask: other }] = [
    await connectTo('127.0.0.1', port, 1000),
    await connectTo('127.0.0.1', port, 1000),
  ]
  expect(await one({ ask: 'tryGet', key: 'k' })).toEqual({ code: 'NOT_FOUND', message: 'no key k' })
  const got = Promise.all([1, 2].map(() => one({ ask: 'get', key: 'k', timeout: 5000 })))
  expect(await other({ ask: 'put', key: 'k', value: 'v' })).toEqual({ value: '' })
  expect(await got).toEqual([{ value: 'v' }, { value: 'v' }])
  expect(await one({ ask: 'get', key: 'k', timeout: 0 })).toEqual({ value: 'v' })
  expect(await one({ ask: 'put', key: 'k', value: 'w' })).toMatchObject({ code: 'ALREADY_EXISTS' })
})

test('a get of a key that nobody writes ends', async () => {
  const { port } = await serve()
  const { ask } = await connectTo('127.0.0.1', port, 1000)
  expect(await ask({ ask: 'get', key: 'k', timeout: 20 })).toMatchObject({
    code: 'DEADLINE_EXCEEDED',
    message: 'no process has written the key k within 0.02 s; do all of them run?',
  })
})

test('values of megabytes arrive whole', async () => {
  const { port } = await serve()
  const { ask } = await connectTo('127.0.0.1', port, 1000)
  const value = 'abcdefgh'.repeat(1 << 19)
  await ask({ ask: 'put', key: 'large', value })
  const answer = await ask({ ask: 'get', key: 'large', timeout: 5000 })
  expect('value' in answer && answer.value === value).toBe(true)
})

test('a coordinator that ends answers what was asked with UNAVAILABLE', async () => {
  const port = await freePort()
  const server = createServer((socket) => socket.once('data', () => socket.destroy()))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  cleanups.push(() => server.close())
  const { ask } = await connectTo('127.0.0.1', port, 1000)
  expect(await ask({ ask: 'get', key: 'k', timeout: 5000 })).toMatchObject({ code: 'UNAVAILABLE' })
  expect(await ask({ ask: 'tryGet', key: 'k' })).toMatchObject({ code: 'UNAVAILABLE' })
})

test('a coordinator may start later, and one that never does is named', async () => {
  const port = await freePort()
  const early = connectTo('127.0.0.1', port, 5000)
  await new Promise((resolve) => setTimeout(resolve, 50))
  const server = await serveKeyValues('127.0.0.1', port)
  cleanups.push(() => server.close())
  expect(await (await early).ask({ ask: 'tryGet', key: 'k' })).toMatchObject({ code: 'NOT_FOUND' })
  const nobody = await freePort()
  await expect(connectTo('127.0.0.1', nobody, 0)).rejects.toThrow(
    `Nobody answers at the coordinator 127.0.0.1:${nobody}; start process 0 there`,
  )
})
