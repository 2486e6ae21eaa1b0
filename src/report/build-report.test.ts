import { describe, expect, test } from 'vitest'
import { buildComparison } from './build-comparison.ts'
import { buildReport } from './build-report.ts'
import { exampleRun } from './example-run.fixture.ts'
import { exampleTasks } from './example-tasks.fixture.ts'
import type { RunData } from './run-data.ts'

const voids = new Set(['meta', 'link', 'br', 'hr', 'img', 'input'])

/** Goes through all tags: each closes the one opened last. Returns the names of the elements. */
function elementsOf(page: string): string[] {
  const names: string[] = []
  const open: string[] = []
  const rest = page.replace(/<style>[\s\S]*?<\/style>/g, '<style></style>')
  for (const [tag, closing, name, attributes] of rest.matchAll(
    /<(\/?)([a-zA-Z][\w-]*)((?:\s+[^\s"'<>=]+(?:="[^"<]*")?)*)\s*\/?>/g,
  )) {
    if (closing === '/') expect(open.pop(), `in ${tag}`).toBe(name)
    else {
      names.push(name!)
      if (!voids.has(name!) && !tag.endsWith('/>')) open.push(name!)
    }
    expect(attributes, tag).not.toMatch(/\son\w+=/i)
  }
  expect(open).toEqual([])
  // Whatever is left of an angle bracket was no tag.
  expect(rest.replace(/<\/?[a-zA-Z][^<>]*>|<!doctype html>/g, '')).not.toContain('<')
  return names
}

const sectionsOf = (page: string): string[] =>
  [...page.matchAll(/<section id="([^"]*)"/g)].map(([, id]) => id!)

function expectSound(page: string): void {
  const elements = elementsOf(page)
  expect(elements).not.toContain('script')
  expect(elements.filter((name) => name === 'h1')).toHaveLength(1)
  const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
  // Charts' references stay in the page; nothing is fetched.
  for (const [, id] of page.matchAll(/url\(#([^)]*)\)/g)) expect(ids).toContain(id)
  expect(page).not.toMatch(/(?:src|href)="(?!data:)/)
  expect(page).not.toMatch(/@import|url\((?!#)/)
  expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/)
  // A chart without its values still has axes: no coordinate may be missing.
  expect(page).not.toMatch(/ d="[^"]*(?:null|NaN)/)
}

const all = [
  'held-out',
  'loss',
  'samples',
  'attention',
  'experts',
  'optimizer',
  'speed',
  'config',
  'provenance',
]

test('a run of fine-tuning has its scores, and nothing that is of text alone', () => {
  const run = exampleRun()
  const tuned: RunData = {
    ...run,
    config: { ...run.config, objective: 'sft' },
    steps: run.steps.map((step) => (step.heldOut ? { ...step, tasks: { solved: 0.25 } } : step)),
  }
  const page = buildReport(tuned)
  expectSound(page)
  expect(sectionsOf(page)).toEqual(all.map((id) => (id === 'held-out' ? 'scores' : id)).toSorted(byOrder))
  expect(page).toContain('nats a learned token')
  expect(page).toContain('0.250')
  expect(page).not.toContain('bits per byte')
})

/** As on the page. */
const byOrder = (a: string, b: string): number => place(a) - place(b)
const place = (id: string): number => (id === 'scores' ? all.indexOf('loss') + 0.5 : all.indexOf(id))

const withSteps = (run: RunData, change: (step: RunData['steps'][number]) => object): RunData => ({
  ...run,
  steps: run.steps.map((step) => ({ ...step, ...change(step) })),
})

describe('report', () => {
  test('a finished run has every section, the baselines and the key figures', () => {
    const page = buildReport(exampleRun())
    expectSound(page)
    expect(sectionsOf(page)).toEqual(all)
    for (const text of [
      '28% below xz -9 (2.256)',
      '3 min 58 s',
      '4.81M',
      'byte 5-gram',
      'τ = 30',
      'brotli -q 11',
    ])
      expect(page).toContain(text)
  })

  test('the same run gives the same page', () => {
    expect(buildReport(exampleRun({ steps: 30 }))).toBe(buildReport(exampleRun({ steps: 30 })))
  })

  test('hostile text stays text', () => {
    const hostile = `</script><script>alert(1)</script><img src=x onerror="alert('1')">&amp;\u0000\u202e`
    const run = exampleRun({ steps: 3 })
    const page = buildReport({
      ...run,
      name: hostile,
      config: { ...run.config, preset: hostile, [hostile]: hostile },
      timings: [{ step: 0, seconds: { [hostile]: 1 } }],
      summary: {
        ...run.summary,
        preset: hostile,
        command: hostile,
        samples: [{ prompt: hostile, text: hostile + hostile }],
        machine: { cpu: hostile },
      },
    })
    expectSound(page)
    expect(elementsOf(page)).not.toContain('img')
    expect(page).toContain('&lt;/script&gt;&lt;script&gt;')
    expect(page).not.toContain('\u202e')
  })

  test('the prompt is not shown twice where the text repeats it', () => {
    const run = exampleRun({ steps: 3 })
    const page = buildReport({ ...run, summary: { samples: [{ prompt: 'We', text: 'We must' }] } })
    expect(page).toContain('<b>We</b> must')
  })

  test('an unfinished run says so and leaves out what it does not know', () => {
    const page = buildReport({ ...exampleRun({ steps: 60 }), config: { steps: 240 }, summary: null })
    expectSound(page)
    expect(page).toContain('step 60 of 240, not finished')
    expect(page).toContain('25% of the steps done')
    expect(sectionsOf(page)).toEqual(all.filter((id) => !['samples', 'provenance'].includes(id)))
  })

  test('values that are not finite are gaps, and are said', () => {
    const broken = withSteps(exampleRun({ steps: 50 }), ({ step, maxLogits, expertLoads }) =>
      step < 20
        ? {}
        : {
            loss: null,
            gradientNorm: null,
            muonUpdateRms: null,
            maxLogits: maxLogits!.map((heads) => heads.map(() => null)),
            expertLoads: expertLoads!.map((loads) => loads.map(() => null)),
            heldOut: { loss: null, bitsPerByte: null },
          },
    )
    const page = buildReport({ ...broken, summary: null })
    expectSound(page)
    expect(page).toContain('The loss was not a number in 30 steps, first in step 20.')
  })

  test('a run that is broken from the first step', () => {
    const page = buildReport({
      ...withSteps(exampleRun({ steps: 4 }), () => ({
        loss: null,
        gradientNorm: null,
        maxLogits: [[null]],
        headsClipped: [null],
        expertLoads: [[null, null]],
        heldOut: null,
      })),
      summary: { heldOut: null, baselines: { xz: null } },
    })
    expectSound(page)
    expect(sectionsOf(page)).not.toContain('loss')
    expect(sectionsOf(page)).not.toContain('held-out')
  })

  test.each([
    ['one step', { steps: 1 }],
    ['two steps', { steps: 2 }],
    ['one layer of one head', { steps: 30, layers: 1, heads: 1, moeLayers: 1 }],
    ['many layers, heads and experts', { steps: 20, layers: 20, heads: 16, moeLayers: 19, experts: 64 }],
    ['many steps', { steps: 3000, layers: 2, moeLayers: 1 }],
  ])('%s', (_, shape) => {
    const page = buildReport(exampleRun(shape))
    expectSound(page)
    expect(sectionsOf(page)).toEqual(all)
    expect(page.length).toBeLessThan(2e6)
  })

  test('no layers with experts', () => {
    const page = buildReport(exampleRun({ steps: 10, moeLayers: 0 }))
    expectSound(page)
    expect(sectionsOf(page)).toEqual(all.filter((id) => id !== 'experts'))
  })

  test('a spike of the gradient does not press its curve flat, and is told', () => {
    const run = withSteps(exampleRun({ steps: 200 }), ({ step }) => ({
      gradientNorm: step === 7 ? 512 : 0.5,
    }))
    const page = buildReport(run)
    expectSound(page)
    expect(page).toContain('Gradient norm (cut; peak 512)')
  })

  test('a part of the step counts only where it happened', () => {
    const run = exampleRun({ steps: 100 })
    const timings = run.timings.map(({ step }) => ({
      step,
      seconds: { evaluate: step % 50 === 0 ? 3 : 1e-3 },
    }))
    expect(buildReport({ ...run, timings })).toMatch(
      /evaluate<\/th><td>100%<\/td><td>6.1 s<\/td><td>3 s<\/td><td>2</,
    )
  })

  test('a run without anything', () => {
    const page = buildReport({
      name: 'empty',
      config: null,
      steps: [],
      timings: [],
      summary: null,
      tasks: null,
    })
    expectSound(page)
    expect(sectionsOf(page)).toEqual([])
  })

  test('every colour of the page is declared for light and for dark', () => {
    const page = buildReport(exampleRun({ steps: 40 }))
    const used = new Set([...page.matchAll(/var\(--([\w-]+)\)/g)].map(([, name]) => name))
    for (const name of used) expect(page.split(`--${name}:`).length - 1, name).toBe(2)
  })
})

describe('held-out tasks', () => {
  const withTasks = (tasks: RunData['tasks']): string => buildReport({ ...exampleRun({ steps: 30 }), tasks })

  test('stand first, with every arm, family and interval, and with what failed', () => {
    const page = withTasks(exampleTasks())
    expectSound(page)
    expect(sectionsOf(page)).toEqual(['tasks', ...all])
    const section = page.slice(page.indexOf('id="tasks"'), page.indexOf('id="held-out"'))
    expect(section).toContain(
      'solves 202 of 350 held-out tasks (58%) with the enforcer; before it was 23 of 350',
    )
    // Wilson's interval is 0.5248 to 0.6278.
    expect(section).toContain('58% (52% to 63%)')
    expect(section.match(/<div role="img"/g)).toHaveLength(8 * 4)
    expect(section).toContain('Less than half is solved of')
    expect(section.indexOf('failed</span>')).toBeLessThan(section.indexOf('solved</span>'))
    expect(page).toMatch(
      /held-out tasks solved<\/span><strong>58%<\/strong><small>with the enforcer; base model 6.6%/,
    )
  })

  test('one arm alone, and hostile text in it', () => {
    const [first] = exampleTasks().arms
    const hostile = '</pre></details><script>alert(1)</script>'
    const page = withTasks({
      ...exampleTasks(),
      set: hostile,
      families: [hostile],
      arms: [
        {
          ...first!,
          enforced: false,
          results: [{ family: hostile, solved: 1, tried: 1 }],
          episodes: [{ id: hostile, family: hostile, solved: false, text: hostile, why: [hostile, hostile] }],
        },
      ],
    })
    expectSound(page)
    expect(page).toContain('solves 1 of 1 held-out task (100%) without the enforcer.')
    expect(page).toContain('Of every family at least half is solved.')
  })

  test('arms that tried nothing are no section', () => {
    const page = withTasks(exampleTasks(0))
    expectSound(page)
    expect(sectionsOf(page)).toEqual(all)
  })
})

describe('comparison', () => {
  test('lays runs over each other and shows what differs', () => {
    const page = buildComparison([exampleRun({ steps: 40 }), exampleRun({ steps: 60 }, 2)])
    expectSound(page)
    expect(sectionsOf(page)).toEqual(['figures', 'held-out', 'loss', 'differences'])
    expect(page).toContain('example (2)')
    const differences = page.slice(page.indexOf('id="differences"'))
    expect(differences).toMatch(/steps<\/th><td>40<\/td><td>60/)
    expect(differences).not.toContain('hiddenSize')
  })
})
