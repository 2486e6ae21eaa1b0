import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { askThrough } from './ask-through.ts'

test('a thread that has ended answers with UNAVAILABLE, what was asked before and after', async () => {
  const { port1, port2 } = new MessageChannel()
  const ask = askThrough(port1)
  const before = ask({ ask: 'get', key: 'k', timeout: 60_000 })
  port2.close()
  expect(await before).toMatchObject({ code: 'UNAVAILABLE' })
  expect(await ask({ ask: 'tryGet', key: 'k' })).toMatchObject({ code: 'UNAVAILABLE' })
})

test('answers go to who asked', async () => {
  const { port1, port2 } = new MessageChannel()
  port2.on('message', ({ id, key }) => port2.postMessage({ id, value: `${key}!` }))
  const ask = askThrough(port1)
  const keys = ['a', 'b', 'c']
  const answers = await Promise.all(keys.map((key) => ask({ ask: 'tryGet', key })))
  expect(answers).toEqual([{ value: 'a!' }, { value: 'b!' }, { value: 'c!' }])
  port1.close()
})
