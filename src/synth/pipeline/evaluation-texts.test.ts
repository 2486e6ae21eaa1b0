import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { evaluationTexts } from './evaluation-texts.ts'

const directory = mkdtempSync(join(tmpdir(), 'evaluation-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const fileOf = (...values: readonly unknown[]): string => {
  const path = join(directory, 'set.jsonl')
  writeFileSync(path, values.map((value) => `${JSON.stringify(value)}\n`).join(''))
  return path
}

test('takes tasks, trajectories, chats and texts', async () => {
  const said = (content: string | null, role = 'user') => ({ role, content })
  const path = fileOf(
    { id: 't1', user: { moves: [{ text: 'one' }, { text: 'two' }] } },
    { nodes: [{ message: said('hidden', 'system') }, { message: said('three') }] },
    { messages: [said('four'), said(null, 'assistant'), said('five', 'assistant')] },
    { id: 6, question: 'six' },
  )
  expect(await Array.fromAsync(evaluationTexts(path))).toEqual([
    { id: 'set.jsonl: t1', text: 'one\ntwo' },
    { id: 'set.jsonl: line 2', text: 'three' },
    { id: 'set.jsonl: line 3', text: 'four\nfive' },
    { id: 'set.jsonl: 6', text: 'six' },
  ])
})

test('names the line of what is none of them', async () => {
  const path = fileOf({ text: 'a' }, { answer: 42 })
  await expect(Array.fromAsync(evaluationTexts(path))).rejects.toThrow(
    `${path}:2: expected a task, a trajectory`,
  )
})
