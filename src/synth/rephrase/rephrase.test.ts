import { expect, test } from 'vitest'
import type { Corpus } from '../../data/corpus.ts'
import type { JobProgress } from '../../jobs/stage.ts'
import { rolesSchema } from '../../roles/role-config.ts'
import {
  refuses,
  type ScriptedRequest,
  type Step,
  says,
  saysJson,
  scriptedEndpoint,
} from '../../roles/scripted-endpoint.fixture.ts'
import { createUnitResources } from '../pipeline/units/unit-resources.ts'
import { countPreTokens } from './count-pre-tokens.ts'
import { rephraseCorpus } from './rephrase-corpus.ts'
import type { ModeName } from './rephrase-mode.ts'
import { rephraseStage } from './rephrase-stage.ts'
import { type RephraseResult, rephraseRoles } from './rephrase-unit.ts'
import { asked, faithful, plainJobs, sheets, teacher, textOf } from './teacher.fixture.ts'

const corpusOf = (texts: readonly string[]): Corpus => ({
  digest: '',
  totalBytes: 0,
  documents: async function* () {
    for (const [i, text] of texts.entries()) yield { id: `d:${i}`, text }
  },
})

interface Setting {
  readonly script: readonly Step[] | ((request: ScriptedRequest, index: number) => Step)
  readonly texts?: readonly string[]
  readonly judged?: boolean
  readonly mode?: ModeName
  readonly chunkTokens?: number
  readonly perSource?: number
  readonly seed?: number
  readonly concurrency?: number
  readonly timeoutMs?: number
}

/** Rephrases over a real socket. */
async function rephrased(setting: Setting) {
  const { texts = [textOf(sheets[0]!)], judged = true, perSource = 1, seed = 1, concurrency = 1 } = setting
  await using server = await scriptedEndpoint(setting.script)
  const endpoint = {
    base_url: server.baseUrl,
    model: 'scripted',
    timeout_seconds: (setting.timeoutMs ?? 5000) / 1000,
    retries: 0,
    prices: { input: 1, output: 10 },
  }
  const roles = rolesSchema.parse({ rephraser: endpoint, ...(judged && { judge: endpoint }) })
  await using resources = createUnitResources(roles)
  const mode = setting.mode ?? 'knowledge'
  let cost: JobProgress['cost'] | undefined
  const results = await Array.fromAsync(
    rephraseCorpus({
      jobs: plainJobs,
      stage: rephraseStage(resources),
      settings: {
        ...{ mode, language: 'en', seed, temperature: 0.8, maxTokens: 1000 },
        roles: rephraseRoles(roles, mode),
      },
      corpus: corpusOf(texts),
      perSource,
      sizes: { excerptTokens: 4096, chunkTokens: setting.chunkTokens ?? 256 },
      count: countPreTokens,
      concurrency,
      onProgress: (progress) => {
        cost = progress.cost
      },
    }),
  )
  return { results, requests: [...server.requests], first: results[0]!.result, cost }
}

const reasonOf = (result: RephraseResult): string =>
  result.status === 'accepted' ? 'accepted' : result.reason

const [sheet] = sheets
const [birthplace, field] = sheet!.values as [string, string]

test('a faithful rewriting is accepted, after rules and judge', async () => {
  const { results, requests } = await rephrased({ script: teacher() })
  expect(results).toEqual([
    {
      source: 'd:0',
      excerpt: 0,
      way: expect.stringMatching(/^\w+\/\w+$/),
      text: textOf(sheet!),
      result: { status: 'accepted', text: faithful(textOf(sheet!)) },
    },
  ])
  expect(requests).toHaveLength(2)
  expect(requests[0]).toMatchObject({ model: 'scripted', temperature: 0.8, max_tokens: 1000 })
})

test.each<[reason: string, fault: (text: string) => string | Step]>([
  ['names lost', (text) => text.replaceAll(sheet!.subject, 'the person')],
  ['names added', (text) => `${text} Then came Bartholomew.`],
  ['names lost', (text) => text.replaceAll(new RegExp(birthplace, 'gi'), 'Zagreb')],
  ['numbers added', (text) => `${text} That was in 1984.`],
  ['talk', (text) => `Here is the rewritten passage:\n\n${text}`],
  ['refusal', () => "I'm sorry, but I can't help with that."],
  ['refusal', (text) => says(text.slice(0, 40), 'content_filter')],
  ['truncated', (text) => says(text.slice(0, 60), 'length')],
  ['empty', () => '  \n'],
  ['copied', () => textOf(sheet!)],
  ['length', (text) => `${text}\n\n${text}\n\n${text}\n\n${text}`],
  ['judge', (text) => text.replaceAll(new RegExp(field, 'gi'), 'gastronomy')],
  ['judge', (text) => `${text} The weather there was always warm.`],
])('an unusable rewriting is rejected: %s', async (reason, fault) => {
  const script = (request: ScriptedRequest): Step => {
    const { target, rewriting } = asked(request)
    if (target === undefined && rewriting!.includes('weather'))
      return saysJson({ missing: [], added: ['the weather was warm'], changed: [] })
    return teacher(fault)(request)
  }
  const { first } = await rephrased({ script })
  expect(first).toMatchObject({ status: 'rejected', reason })
  expect((first as { problems: readonly string[] }).problems[0]).toBeTruthy()
})

test('without a judge the rules alone decide', async () => {
  const fault = (text: string) => text.replaceAll(new RegExp(field, 'gi'), 'gastronomy')
  const { first, requests } = await rephrased({ script: teacher(fault), judged: false })
  expect(first.status).toBe('accepted')
  expect(requests).toHaveLength(1)
})

test('a judge whose answer is no verdict accepts nothing', async () => {
  const script = (request: ScriptedRequest): Step =>
    asked(request).target === undefined ? says('It looks fine to me.') : teacher()(request)
  const { first } = await rephrased({ script })
  expect(first).toMatchObject({ status: 'rejected', reason: 'no verdict' })
})

test.each<[reason: string, step: Step, message: RegExp, timeoutMs?: number]>([
  ['unreachable for good', refuses(401, 'wrong key'), /wrong key/],
  ['overloaded', refuses(503, 'try later'), /try later/],
  ['broken off', { half: '{"choices": [', ending: 'reset' }, /./],
  ['a page of HTML', { body: '<html>Bad gateway</html>' }, /./],
  ['too slow', { half: '{"choices": [', ending: 'stay' }, /no whole answer in 2 s/, 2000],
])('an endpoint that is %s fails a unit and stops nothing', async (_, step, message, timeoutMs = 60_000) => {
  const others = [sheets[1]!, sheets[2]!].map(textOf)
  const script = (request: ScriptedRequest): Step =>
    JSON.stringify(request.messages).includes(sheet!.subject) ? step : teacher()(request)
  const { results } = await rephrased({ script, texts: [textOf(sheet!), ...others], timeoutMs })
  expect(results.map(({ result }) => reasonOf(result))).toEqual(['failed', 'accepted', 'accepted'])
  expect((results[0]!.result as { problems: readonly string[] }).problems[0]).toMatch(message)
})

test('a long document is rewritten chunk by chunk, each with the excerpt and what was written before', async () => {
  const some = sheets.slice(0, 5).map(textOf)
  const text = some.join('\n\n')
  const { first, requests } = await rephrased({ script: teacher(), texts: [text], chunkTokens: 80 })
  const rewrites = requests.map(asked).filter(({ target }) => target !== undefined)
  expect(rewrites.length).toBeGreaterThan(2)
  expect(rewrites.map(({ target }) => target).join('\n\n')).toBe(text)
  expect(rewrites.every(({ context }) => context === text)).toBe(true)
  expect(rewrites[0]!.written).toBeUndefined()
  expect(rewrites[2]!.written).toBe(
    [rewrites[0]!, rewrites[1]!].map(({ target }) => faithful(target!)).join('\n\n'),
  )
  expect(first).toEqual({ status: 'accepted', text: some.map(faithful).join('\n\n') })
})

test.each<[name: string, verdicts: readonly unknown[], reason: string]>([
  ['is repaired', ['No.', { missing: 1 }, { missing: [], added: [], changed: [] }], 'accepted'],
  ['is none in the end', ['No.', 'No.', 'No.'], 'no verdict'],
])('every answer is paid for where a verdict %s', async (_, verdicts, reason) => {
  const script = (request: ScriptedRequest, index: number): Step => {
    if (index === 0) return teacher()(request)
    const answer = verdicts[index - 1]
    return typeof answer === 'string' ? says(answer) : saysJson(answer)
  }
  const { first, requests, cost } = await rephrased({ script })
  expect([reasonOf(first), requests.length]).toEqual([reason, 4])
  expect(cost).toEqual({
    requests: 4,
    promptTokens: 400,
    completionTokens: 40,
    usd: expect.closeTo((400 * 1 + 40 * 10) / 1e6, 12),
  })
})

test('the first chunk that cannot be used ends its excerpt', async () => {
  const text = sheets.slice(0, 5).map(textOf).join('\n\n')
  const script = (request: ScriptedRequest, index: number): Step =>
    index === 1 ? says('It was', 'length') : teacher()(request)
  const { first, requests } = await rephrased({ script, texts: [text], chunkTokens: 80 })
  expect(first).toMatchObject({
    reason: 'truncated',
    problems: [expect.stringMatching(/^chunk 2 of \d+: cut off after 1000 tokens$/)],
  })
  expect(requests).toHaveLength(2)
})

test('rewritings of a text are of different ways, the same whatever the concurrency and the other texts', async () => {
  const texts = sheets.slice(0, 6).map(textOf)
  const setting = { script: teacher(), texts, perSource: 3 }
  const { results } = await rephrased(setting)
  expect(results.map(({ source }) => source)).toEqual(
    [0, 1, 2, 3, 4, 5].flatMap((i) => Array(3).fill(`d:${i}`)),
  )
  for (let i = 0; i < 18; i += 3) expect(new Set(results.slice(i, i + 3).map(({ way }) => way)).size).toBe(3)
  expect((await rephrased({ ...setting, concurrency: 8 })).results).toEqual(results)
  const last = await rephrased({ ...setting, texts: texts.slice(5) })
  expect(last.results.map(({ way }) => way)).toEqual(results.slice(15).map(({ way }) => way))
  expect((await rephrased({ ...setting, seed: 2 })).results.map(({ way }) => way)).not.toEqual(
    results.map(({ way }) => way),
  )
})

test('two rewritings of one text are asked for with different seeds', async () => {
  const { requests } = await rephrased({ script: teacher(), perSource: 3, judged: false })
  expect(new Set(requests.map(({ seed }) => seed)).size).toBe(3)
})

test('mathematics becomes notes that keep formulas', async () => {
  const texts = [
    'Welcome to our site! Solve $x^2 = 9$. We take roots: $x = 3$ or $x = -3$. Click here for more.',
  ]
  const notes =
    'Given is $x^2 = 9$; wanted is $x$. A number and its negative have the same square, so $x = 3$ or $x = -3$.'
  const script = (answer: string) => (request: ScriptedRequest) =>
    asked(request).target === undefined ? saysJson({ missing: [], added: [], changed: [] }) : says(answer)
  const { first, requests } = await rephrased({ script: script(notes), texts, mode: 'mathematics' })
  expect(first).toEqual({ status: 'accepted', text: notes })
  expect(requests[0]!.messages[1]!.content).toContain('TeX')
  const broken = await rephrased({ script: script(notes.replace('-3', '3')), texts, mode: 'mathematics' })
  expect(reasonOf(broken.first)).toBe('formulas')
})

test('a translation is into the language asked for', async () => {
  const texts = ['Die Brücke wurde am 12. März 1907 gebaut und ist 83 m lang; sie ist das Werk der Stadt.']
  const english = 'The bridge was built on 12 March 1907 and is 83 m long; it is the work of the city.'
  const script = (answer: string) => (request: ScriptedRequest) =>
    asked(request).target === undefined ? saysJson({ missing: [], added: [], changed: [] }) : says(answer)
  const { first, requests } = await rephrased({ script: script(english), texts, mode: 'translation' })
  expect(first).toEqual({ status: 'accepted', text: english })
  expect(requests[0]!.messages[1]!.content).toContain('Translate the passage into English')
  const same = await rephrased({
    script: script(texts[0]!.replace('Werk', 'Bauwerk')),
    texts,
    mode: 'translation',
  })
  expect(reasonOf(same.first)).toBe('language')
})
