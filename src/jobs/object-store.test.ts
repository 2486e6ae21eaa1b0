import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { textDigest } from '../files/digest.ts'
import { UserError } from '../user-error.ts'
import { type ObjectStore, openObjectStore } from './object-store.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'store-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const fileOf = (store: ObjectStore, digest: string): string =>
  join(store.directory, 'objects', digest.slice(0, 2), `${digest.slice(2)}.json`)
const files = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort()

describe('openObjectStore', () => {
  it('gives every text back by its digest, in the same process and in another', async () => {
    const store = await openObjectStore(directory)
    const other = await openObjectStore(directory)
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        const digest = await store.put(text)
        expect(digest).toBe(textDigest(text))
        expect(await store.get(digest)).toBe(text)
        expect(await other.get(digest)).toBe(text)
      }),
      { numRuns: 50 },
    )
    expect(await store.get(textDigest('never put'))).toBeUndefined()
  })

  it('takes what does not have its digest for missing, and can be given it again', async () => {
    const digest = await (await openObjectStore(directory)).put('{"a":1}')
    const store = await openObjectStore(directory)
    writeFileSync(fileOf(store, digest), '{"a":')
    expect(await store.get(digest)).toBeUndefined()
    await store.put('{"a":1}')
    expect(await (await openObjectStore(directory)).get(digest)).toBe('{"a":1}')
  })

  it('has one id, whoever asks first', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => openObjectStore(directory)))
    expect(new Set(stores.map(({ id }) => id)).size).toBe(1)
    expect(stores[0]!.id).toMatch(/^[0-9a-f]{12}$/)
  })

  it('removes what a killed process was writing, and not what another writes now', async () => {
    mkdirSync(join(directory, 'tmp'))
    for (const name of ['old', 'new']) writeFileSync(join(directory, 'tmp', name), 'x')
    const longAgo = Date.now() / 1000 - 7200
    utimesSync(join(directory, 'tmp', 'old'), longAgo, longAgo)
    await openObjectStore(directory)
    expect(files(join(directory, 'tmp'))).toEqual(['new'])
  })

  it('says that the disk is full, and leaves nothing half-written', async (context) => {
    const small = join(directory, 'small')
    mkdirSync(small)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], { stdio: 'ignore' })
    } catch {
      context.skip('no small file system can be mounted here')
    }
    try {
      const store = await openObjectStore(small)
      const kept = await store.put('"small"')
      const full = store.put(JSON.stringify('x'.repeat(100_000)))
      await expect(full).rejects.toThrow(UserError)
      await expect(full).rejects.toThrow(/^cannot write .*\.json: no space left on the disk; free some/)
      expect(files(small)).toEqual([`${kept.slice(2)}.json`, 'store.json'].sort())
    } finally {
      execFileSync('umount', [small])
    }
  })

  it('refuses a store file that is none', async () => {
    writeFileSync(join(directory, 'store.json'), 'hello')
    await expect(openObjectStore(directory)).rejects.toThrow(
      'store.json: expected the id of a store, got hello',
    )
  })
})
