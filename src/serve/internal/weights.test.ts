import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { UserError } from '../../user-error.ts'
import { fakeScheduler } from './fake-scheduler.fixture.ts'
import { type InternalServer, internalServer, parameters } from './internal-server.fixture.ts'
import { manifestDigest } from './manifest.ts'
import { pushWeights } from './push-weights.ts'

let s: InternalServer
let version = 0
beforeAll(async () => {
  s = await internalServer()
})
afterAll(() => s.server.stop(0))

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Tensors of the model filled from a number, as bytes. */
const tensorsOf = (fill: number): ReadonlyMap<string, Uint8Array> =>
  new Map(
    parameters.map(({ name, shape }, p) => {
      const values = Float32Array.from(
        { length: shape.reduce((a, b) => a * b) },
        (_, i) => fill + p * 100 + i / 8,
      )
      return [name, new Uint8Array(values.buffer)]
    }),
  )

const manifestOf = (tensors: ReadonlyMap<string, Uint8Array>) =>
  parameters.map(({ name, shape }) => ({
    name,
    shape,
    dtype: 'f32' as const,
    digest: sha256(tensors.get(name)!),
  }))

const begin = async (next: number, tensors: ReadonlyMap<string, Uint8Array>) => {
  const manifest = manifestOf(tensors)
  const { status, body } = await s.post('weights/begin', { version: next, manifest })
  expect(status).toBe(200)
  return { id: body.upload_id as string, digest: manifestDigest(manifest) }
}
const pushAll = async (id: string, tensors: ReadonlyMap<string, Uint8Array>) => {
  for (const [name, bytes] of tensors) expect((await s.push(id, name, 0, bytes)).status).toBe(200)
}
const asBytes = (weights: ReadonlyMap<string, Float32Array>) =>
  new Map([...weights].map(([name, data]) => [name, new Uint8Array(data.buffer)]))

test('weights pushed in any pieces, order and overlap are the weights in use after the commit', async () => {
  const piece = fc.record({ tensor: fc.nat(1), from: fc.nat(47), size: fc.integer({ min: 1, max: 48 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), fc.nat(1000), async (pieces, fill) => {
      const tensors = tensorsOf(fill)
      const { id, digest } = await begin(++version, tensors)
      const names = [...tensors.keys()]
      for (const { tensor, from, size } of pieces) {
        const bytes = tensors.get(names[tensor]!)!
        await s.push(id, names[tensor]!, from, bytes.subarray(from, from + size))
      }
      const early = await s.post('weights/commit', { version, digest })
      expect(early.status).toBe(422)
      expect(early.body.error.message).toMatch(/incomplete|tensors/)
      for (const name of names.toReversed()) {
        const bytes = tensors.get(name)!
        await s.push(id, name, 7, bytes.subarray(7))
        await s.push(id, name, 0, bytes.subarray(0, 9))
      }
      const { status, body } = await s.post('weights/commit', { version, digest })
      expect([status, body]).toEqual([200, { version, digest }])
      expect(asBytes(s.scheduler.given.at(-1)!.weights)).toEqual(tensors)
    }),
    { numRuns: 15 },
  )
})

test('one flipped bit is found: the commit is refused, nothing changes, and the right bytes still get in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.nat(), fc.nat(7), async (which, at, bit) => {
      const tensors = tensorsOf(3)
      const name = [...tensors.keys()][which]!
      const damaged = Uint8Array.from(tensors.get(name)!)
      damaged[at % damaged.length]! ^= 1 << bit
      const before = (await s.get('weights')).body
      const commits = s.scheduler.given.length
      const { id, digest } = await begin(++version, tensors)
      await pushAll(id, new Map([...tensors, [name, damaged]]))
      const refused = await s.post('weights/commit', { version, digest })
      expect(refused.status).toBe(422)
      expect(refused.body.error.message).toContain(`${name}: SHA-256`)
      expect((await s.get('weights')).body).toEqual(before)
      expect(s.scheduler.given.length).toBe(commits)
      await s.push(id, name, 0, tensors.get(name)!)
      expect((await s.post('weights/commit', { version, digest })).status).toBe(200)
      expect((await s.get('weights')).body.version).toBe(version)
    }),
    { numRuns: 10 },
  )
})

test('of commits at the same time one is done, and nothing else is begun meanwhile', async () => {
  const { promise, resolve: swap } = Promise.withResolvers<void>()
  const held = await internalServer(fakeScheduler({ swapping: () => promise }))
  try {
    const tensors = tensorsOf(5)
    const manifest = manifestOf(tensors)
    const { body } = await held.post('weights/begin', { version: 1, manifest })
    for (const [name, bytes] of tensors) await held.push(body.upload_id, name, 0, bytes)
    const commit = () => held.post('weights/commit', { version: 1, digest: body.digest })
    const refusals: number[] = []
    const commits = Array.from({ length: 5 }, async () => {
      const answer = await commit()
      if (answer.status !== 200) refusals.push(answer.status)
      return answer
    })
    await vi.waitFor(() => expect(refusals).toEqual([409, 409, 409, 409]), 30_000)
    expect((await held.push(body.upload_id, 'norm', 0, new Uint8Array(4))).status).toBe(409)
    expect((await held.post('weights/begin', { version: 2, manifest })).status).toBe(409)
    expect((await held.post('weights/abort')).status).toBe(409)
    expect((await held.get('weights')).body.version).toBe(0)
    swap()
    const done = { status: 200, body: { version: 1, digest: body.digest } }
    expect((await Promise.all(commits)).filter(({ status }) => status === 200)).toEqual([done])
    // Its answer may have been lost: asking again is told what is so.
    expect(await commit()).toEqual(done)
    expect(held.scheduler.given.map(({ weights }) => asBytes(weights))).toEqual([tensors])
  } finally {
    swap()
    await held.server.stop(0)
  }
})

test('between begin and commit the old version answers', async () => {
  const generate = async () => {
    const { body } = await s.post('generate', { input_ids: [1], sampling: { max_tokens: 2 } })
    return body.weight_versions as number[]
  }
  const old = version
  const tensors = tensorsOf(6)
  const { id, digest } = await begin(++version, tensors)
  expect(await generate()).toEqual([old, old])
  await pushAll(id, tensors)
  expect(await generate()).toEqual([old, old])
  await s.post('weights/commit', { version, digest })
  expect(await generate()).toEqual([version, version])
})

test('a later begin replaces an upload that was left behind, and abort drops one', async () => {
  const tensors = tensorsOf(7)
  const first = await begin(version + 1, tensors)
  const second = await begin(++version, tensors)
  expect((await s.push(first.id, 'norm', 0, new Uint8Array(4))).status).toBe(404)
  expect(await s.post('weights/abort')).toEqual({ status: 200, body: { aborted: true } })
  expect(await s.post('weights/abort')).toEqual({ status: 200, body: { aborted: false } })
  expect((await s.push(second.id, 'norm', 0, new Uint8Array(4))).status).toBe(404)
  expect((await s.post('weights/commit', { version, digest: second.digest })).status).toBe(409)
})

test('refusals say what is wrong', async () => {
  const manifest = manifestOf(tensorsOf(8))
  const [embed, experts, norm] = manifest
  const refusal = async (path: string, body: unknown) => {
    const answer = await s.post(`weights/${path}`, body)
    return `${answer.status} ${answer.body.error.message}`
  }
  const next = version + 1
  const lines = [
    await refusal('begin', { version: 0, manifest }),
    await refusal('begin', { version: next, manifest: [embed, norm] }),
    await refusal('begin', { version: next, manifest: [...manifest, { ...norm, name: 'other' }, norm] }),
    await refusal('begin', { version: next, manifest: [embed, experts, { ...norm, shape: [6] }] }),
    await refusal('begin', { version: next, manifest: [{ ...embed, dtype: 'f64' }] }),
    await refusal('begin', { version: next, manifest: [{ ...embed, digest: 'abc' }] }),
    await refusal('load', { version: next, path: '/etc' }),
  ].map((line) => line.replace(/newer than version \d+/, 'newer than version N'))
  expect(lines).toMatchInlineSnapshot(`
    [
      "409 version 0 is not newer than version N, which is in use",
      "422 manifest: tensors missing: layer.experts",
      "422 manifest: tensors unknown: other; tensors doubled: norm",
      "422 manifest: tensors of another shape: norm [6], the model has [5]",
      "400 request: manifest[0].dtype: expected "f32" or "bf16", got "f64"",
      "400 request: manifest[0].digest: expected a SHA-256 in lower-case hex, got "abc"",
      "403 this server loads no checkpoints; push the weights instead",
    ]
  `)
  const { id, digest } = await begin(next, tensorsOf(8))
  const shown = ({ status, body }: { status: number; body: { error: { message: string } } }) =>
    `${status} ${body.error.message}`
  expect(shown(await s.push(id, 'nrom', 0, new Uint8Array(4)))).toBe(
    '422 no tensor of the manifest is named "nrom"',
  )
  expect(shown(await s.push(id, 'norm', 12, new Uint8Array(9)))).toBe(
    '422 norm has 20 bytes, the pushed ones end at 21 or later',
  )
  // Most of it is on its way when the refusal is known, which reaches the client all the same.
  expect((await s.push(id, 'norm', 0, new Uint8Array(8e6))).status).toBe(422)
  expect((await s.post('weights/push?upload_id=x&name=norm', {})).status).toBe(404)
  expect((await s.post('weights/commit', { version: next + 1, digest })).status).toBe(409)
  expect((await s.post('weights/commit', { version: next, digest: sha256(new Uint8Array()) })).status).toBe(
    422,
  )
})

test('pushWeights widens bf16 and sends what is larger than a body may be in pieces', async () => {
  const model = [{ name: 'w', shape: [1000, 3] }]
  const small = await internalServer(
    fakeScheduler(),
    { parameters: model },
    { bodyLimitBytes: 2000, apiKeys: ['k'] },
  )
  try {
    const data = Uint16Array.from({ length: 3000 }, (_, i) => i * 21)
    const tensors = new Map([['w', { shape: [1000, 3], data }]])
    await expect(pushWeights(small.url, 1, tensors)).rejects.toThrow(/^weights 1 to http.*: 401 no API key/)
    await pushWeights(small.url, 1, tensors, { apiKey: 'k', chunkBytes: 1024 })
    const got = small.scheduler.given[0]!.weights.get('w')!
    const upper = new Uint32Array(got.buffer).map((word) => word >>> 16)
    expect([...upper]).toEqual([...data])
    await expect(pushWeights(small.url, 1, tensors, { apiKey: 'k' })).rejects.toThrow(
      new UserError(`weights 1 to ${small.url}: 409 version 1 is not newer than version 1, which is in use`),
    )
  } finally {
    await small.server.stop(0)
  }
})

test('weights that the scheduler refuses leave the old ones', async () => {
  const picky = await internalServer(fakeScheduler({ fits: () => false }))
  try {
    const data = (n: number) => new Float32Array(n)
    const tensors = new Map(
      parameters.map(({ name, shape }) => [name, { shape, data: data(shape.reduce((a, b) => a * b)) }]),
    )
    await expect(pushWeights(picky.url, 4, tensors)).rejects.toThrow('422 weights: they do not fit')
    expect((await picky.get('weights')).body).toMatchObject({ version: 0, digest: null })
  } finally {
    await picky.server.stop(0)
  }
})

test('checkpoints are loaded from the given directory alone', async () => {
  const home = await mkdtemp(join(tmpdir(), 'weights-'))
  const root = join(home, 'checkpoints')
  await mkdir(join(root, 'step-1'), { recursive: true })
  await mkdir(join(home, 'secret'))
  await symlink(join(home, 'secret'), join(root, 'link'))
  const read: string[] = []
  const loader = await internalServer(fakeScheduler(), {
    loading: {
      root,
      read: async (directory) => {
        read.push(directory)
        return new Map()
      },
    },
  })
  try {
    for (const path of ['../secret', 'link', '/etc', join(home, 'secret'), 'nothing'])
      expect((await loader.post('weights/load', { version: 1, path })).status).toBe(404)
    expect(read).toEqual([])
    const loaded = await loader.post('weights/load', { version: 1, path: 'step-1' })
    expect(loaded).toEqual({ status: 200, body: { version: 1, digest: null } })
    expect(read).toHaveLength(1)
  } finally {
    await loader.server.stop(0)
    await rm(home, { recursive: true })
  }
})
