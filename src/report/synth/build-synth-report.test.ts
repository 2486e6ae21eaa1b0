import { describe, expect, test } from 'vitest'
import { noCounts } from '../../synth/judge/planted-counts.ts'
import type { SynthReportData } from '../../synth/pipeline/synth-report-data.ts'
import { createHistogram } from '../../trajectory/histogram.ts'
import { buildSynthReport } from './build-synth-report.ts'
import { exampleSynth } from './example-synth.fixture.ts'

const example = exampleSynth()
const sections = (page: string) => [...page.matchAll(/<section id="([^"]*)"/g)].map(([, id]) => id)

/** Every tag closes the one opened last, nothing is loaded, no value is missing. */
function expectSound(page: string): void {
  const open: string[] = []
  const rest = page.replace(/<style>[\s\S]*?<\/style>/g, '')
  for (const [tag, closing, name] of rest.matchAll(/<(\/?)([a-zA-Z][\w-]*)[^<>]*>/g)) {
    if (closing === '/') expect(open.pop(), tag).toBe(name)
    else if (!tag.endsWith('/>') && !['meta', 'link', 'br'].includes(name!)) open.push(name!)
  }
  expect(open).toEqual([])
  expect(rest.replace(/<\/?[a-zA-Z][^<>]*>|<!doctype html>/g, '')).not.toContain('<')
  expect(page).not.toMatch(/<script|(?:src|href)="(?!data:|#)|NaN|Infinity|undefined|\[object/)
  const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const [, id] of page.matchAll(/(?:url\(|href=")#([^)"]*)/g)) expect(ids).toContain(id)
  for (const [, name] of page.matchAll(/var\(--([\w-]+)\)/g))
    expect(page.split(`--${name}:`).length - 1, name).toBe(2)
}

const all = [
  'stages',
  'filter',
  'rejections',
  'trajectories',
  'lengths',
  'tools',
  'map',
  'agents',
  'tasks',
  'overlap',
  'samples',
  'costs',
]

describe('report of a synthesis', () => {
  test('has every part', () => {
    const page = buildSynthReport(example)
    expectSound(page)
    expect(sections(page)).toEqual(all)
    for (const text of [
      '69% of 9,988',
      '20,000',
      '2,212 applications, 16 domains',
      'seed 42',
      '12 units of work ended in an error',
      'For 69 tasks no draw was proved right.',
      'tau.jsonl 12',
      'mistake omitted call',
    ])
      expect(page).toContain(text)
    expect(buildSynthReport(example)).toBe(page)
  })

  test('precision and recall with their intervals', () => {
    const planted = {
      ...noCounts,
      truePositives: 90,
      falsePositives: 10,
      falseNegatives: 30,
      trueNegatives: 70,
    }
    const page = buildSynthReport({ ...example, planted })
    // Wilson's intervals: 0.8256 to 0.9448 of 90 of 100, 0.6657 to 0.8188 of 90 of 120.
    expect(page).toContain('90% (83% to 94%): 90 of 100')
    expect(page).toContain('75% (67% to 82%): 90 of 120')
    expect(page).toContain('<small>95% interval 83% to 94%</small>')
  })

  test('says where nothing was planted that the filter could be measured by', () => {
    const page = buildSynthReport({ ...example, planted: noCounts })
    expectSound(page)
    expect(page).toContain('Not measured: where a model takes part in episodes')
    expect(buildSynthReport(example)).not.toContain('Not measured')
  })

  test('what is caught by kind of mistake, the worst first', () => {
    const planted = {
      ...noCounts,
      byPlanting: {
        none: { keep: 5, reject: 0, undecided: 0, void: 0 },
        'mistake wrong_tool': { keep: 0, reject: 8, undecided: 0, void: 0 },
        'mistake omitted_call': { keep: 6, reject: 1, undecided: 1, void: 0 },
        'tool fault no_json': { keep: 0, reject: 1, undecided: 0, void: 3 },
      },
      truePositives: 5,
    }
    const page = buildSynthReport({ ...example, planted })
    const spoken = [...page.matchAll(/<div role="img" aria-label="([^"]*)"/g)].map(([, label]) => label)
    expect(spoken).toEqual([
      'nothing planted: 100%, 5 of 5',
      'all: 63%, 10 of 16',
      'omitted call: 25%, 2 of 8',
      'wrong tool: 100%, 8 of 8',
      'tool fault no json: 75%, 3 of 4',
    ])
  })

  test('hostile text stays text', () => {
    const hostile = `</details></section><script>alert(1)</script><img src=x onerror="alert('1')">&amp;\u0000\u202e`
    const counts = { [hostile]: 3 }
    const page = buildSynthReport({
      ...example,
      name: hostile,
      roles: { [hostile]: hostile, user: 'other' },
      tools: {
        ...example.tools,
        importRejections: counts,
        domains: example.tools.domains.map((domain) => ({ ...domain, domain: hostile })).slice(0, 1),
        map: example.tools.map.map((point) => ({ ...point, domain: hostile })),
      },
      tasks: {
        ...example.tasks,
        byDomain: counts,
        oracleRejections: counts,
        byFamilyAndDifficulty: [{ row: hostile, column: hostile, count: 3 }],
      },
      trajectories: {
        ...example.trajectories,
        byFamilyAndVerdict: [{ row: hostile, column: hostile, count: 1 }],
        byPlanting: counts,
        outcomes: counts,
        faults: counts,
        lost: counts,
      },
      rejections: counts,
      rejectionDetails: [{ detail: hostile, count: 1 }],
      planted: {
        ...example.planted,
        byPlanting: { [`mistake ${hostile}`]: { keep: 1, reject: 1, undecided: 0, void: 0 } },
      },
      contamination: { sets: [hostile], count: 1, findings: [{ trajectory: hostile, evaluation: hostile }] },
      costs: example.costs.map((cost) => ({ ...cost, role: hostile, model: hostile })),
      samples: [
        {
          id: hostile,
          kept: false,
          reason: hostile,
          labels: { [hostile]: hostile, family: hostile, domain: hostile },
          messages: ['system', 'tool', hostile].map((role) => ({
            role,
            content: hostile,
            calls: [{ name: hostile, arguments: hostile }],
          })),
        },
      ],
    })
    expectSound(page)
    expect(page).not.toMatch(/<img|\u202e/)
  })

  test('a run that has only begun', () => {
    const none = createHistogram().histogram()
    const lengths = { turns: none, calls: none, characters: none }
    const empty: SynthReportData = {
      ...example,
      stages: [{ stage: 'tools', input: 0, output: 0, seconds: null }],
      tools: {
        count: 0,
        applications: 0,
        before: 0,
        nearDuplicateShare: 0,
        imported: 0,
        importRejections: {},
        domains: [],
        map: [],
      },
      agents: { ...example.agents, agents: 0, sizes: {} },
      tasks: { count: 0, byFamilyAndDifficulty: [], byDomain: {}, oracleRejections: {}, missing: 0 },
      trajectories: {
        count: 0,
        byFamilyAndVerdict: [],
        byPlanting: {},
        outcomes: {},
        faults: {},
        lost: {},
      },
      lengths: { kept: lengths, rejected: lengths },
      rejections: {},
      rejectionDetails: [],
      planted: noCounts,
      duplicates: 0,
      contamination: { sets: [], count: 0, findings: [] },
      costs: [],
      samples: [],
    }
    const page = buildSynthReport(empty)
    expectSound(page)
    expect(sections(page)).toEqual(['stages'])
    expect(page).toContain('Not finished: nothing came yet of agents, tasks, trajectories, filter.')
  })

  test('tens of thousands of points, of one place and of many domains', () => {
    const map = exampleSynth(30_000).tools.map
    const many = buildSynthReport({ ...example, tools: { ...example.tools, map } })
    expectSound(many)
    expect(many.length).toBeLessThan(1.5e6)
    const [point] = map
    for (const points of [
      [point!],
      Array.from({ length: 40 }, (_, i) => ({ ...point!, domain: `domain ${i}` })),
    ])
      expectSound(buildSynthReport({ ...example, tools: { ...example.tools, map: points } }))
  })

  test('texts of samples and lists of names are cut', () => {
    const page = buildSynthReport({
      ...example,
      samples: [
        {
          ...example.samples[0]!,
          messages: Array.from({ length: 500 }, () => ({
            role: 'user',
            content: 'x'.repeat(1e5),
            calls: [],
          })),
        },
      ],
      tasks: {
        ...example.tasks,
        oracleRejections: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`reason ${i}`, 1])),
      },
    })
    expectSound(page)
    expect(page).toContain('And 440 more messages.')
    expect(page).toContain('And 4,980 more kinds with 4,980 in all.')
    expect(page.length).toBeLessThan(1e6)
  })
})
