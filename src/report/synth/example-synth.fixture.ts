import { seededRandom } from '../../draws.ts'
import type { PlantedCounts, VerdictCounts } from '../../synth/judge/planted-counts.ts'
import type { CrossCount, SynthReportData, TrajectorySample } from '../../synth/pipeline/synth-report-data.ts'
import { domains as vocabularies } from '../../synth/tools/domains/domains.ts'
import { createHistogram, type Histogram } from '../../trajectory/histogram.ts'
import { taskFamilies } from '../../world/task.ts'

const random = seededRandom(3)
const whole = (most: number): number => Math.floor(random() * most)
const domains = vocabularies.map(({ name }) => name)
const mistakes = ['wrong_argument', 'wrong_tool', 'omitted_call', 'invented_id', 'untold_fact', 'breaks_rule']
const faults = ['user fault wrong_id', 'user fault leaves_early', 'tool fault wrong_result']

const cross = (rows: readonly string[], columns: readonly string[], most: number): CrossCount[] =>
  rows.flatMap((row) => columns.map((column) => ({ row, column, count: whole(most) })))

const countsOf = (names: readonly string[], most: number) =>
  Object.fromEntries(names.map((name) => [name, 1 + whole(most)]))

function histogram(values: number, mean: number): Histogram {
  const counter = createHistogram()
  for (let i = 0; i < values; i++) counter.add(Math.round(mean * (0.2 + random() + random() ** 6 * 4)))
  return counter.histogram()
}

const lengths = (values: number) => ({
  turns: histogram(values, 6),
  calls: histogram(values, 3),
  characters: histogram(values, 1800),
})

const mapOf = (points: number): SynthReportData['tools']['map'] =>
  Array.from({ length: points }, (_, i) => {
    const domain = i % domains.length
    return {
      x: Math.cos(domain) * 0.4 + (random() + random() - 1) * 0.3,
      y: Math.sin(domain * 2.3) * 0.3 + (random() + random() - 1) * 0.3,
      domain: domains[domain]!,
      application: `application_${i % 300}`,
      tool: `tool_${i}`,
      imported: i % 40 === 0,
    }
  })

/** Kept where nothing is wrong, most of the time caught where something is. */
const verdicts = (label: string): VerdictCounts =>
  label === 'none'
    ? { keep: 6712, reject: 41, undecided: 18, void: 6 }
    : label.startsWith('mistake ')
      ? { keep: whole(9), reject: 180 + whole(40), undecided: whole(4), void: 0 }
      : label.startsWith('variant ')
        ? { keep: 120 + whole(40), reject: whole(6), undecided: 0, void: 0 }
        : { keep: whole(5), reject: whole(10), undecided: 0, void: 90 + whole(30) }

function planted(): PlantedCounts {
  const labels = [
    'none',
    'variant one_by_one',
    'variant talks_more',
    ...mistakes.map((m) => `mistake ${m}`),
    ...faults,
  ]
  const byPlanting = Object.fromEntries(labels.map((label) => [label, verdicts(label)]))
  const sum = (good: boolean, kept: boolean): number =>
    labels
      .filter((label) => (label === 'none' || label.startsWith('variant ')) === good)
      .reduce((total, label) => {
        const { keep, reject, undecided, void: nothing } = byPlanting[label]!
        return total + (kept ? keep : reject + undecided + nothing)
      }, 0)
  const found = faults.map((fault) => byPlanting[fault]!)
  return {
    byPlanting,
    truePositives: sum(true, true),
    falsePositives: sum(false, true),
    falseNegatives: sum(true, false),
    trueNegatives: sum(false, false),
    simulatorFaults: found.reduce((n, { keep, reject, void: nothing }) => n + keep + reject + nothing, 0),
    simulatorFaultsFound: found.reduce((n, { void: nothing }) => n + nothing, 0),
    falselyVoid: 6,
  }
}

const sample = (i: number): TrajectorySample => ({
  id: `trajectory-${String(i).padStart(5, '0')}`,
  kept: i % 2 === 0,
  reason: i % 2 === 0 ? null : 'rejected: driver: D-17 is still "unassigned", expected "Ada"',
  labels: {
    family: taskFamilies[i % taskFamilies.length]!,
    difficulty: String(1 + (i % 4)),
    domain: domains[i % domains.length]!,
    planted: i % 2 === 0 ? 'none' : 'mistake omitted_call',
  },
  messages: [
    {
      role: 'system',
      content: 'You plan the tours of a haulier. Ask before you cancel anything.',
      calls: [],
    },
    { role: 'user', content: 'hi, can you give tour D-17 to Ada?', calls: [] },
    {
      role: 'assistant',
      content: 'I look the tour up first.',
      calls: [
        { name: 'get_tour', arguments: '{"tour_id":"D-17"}' },
        { name: 'find_drivers', arguments: '{"name":"Ada"}' },
      ],
    },
    { role: 'tool', content: '{"tour_id":"D-17","driver":"unassigned","due":"2025-03-14"}', calls: [] },
    { role: 'tool', content: '[{"driver_id":"ada-2","name":"Ada","free":true}]', calls: [] },
    { role: 'assistant', content: 'Tour D-17 is now driven by Ada.', calls: [] },
  ],
})

/** A run of 20,000 tools and 10,000 trajectories. */
export function exampleSynth(points = 2000): SynthReportData {
  return {
    version: 1,
    name: 'agentic-1',
    seed: 42,
    roles: { 'tool designer': 'procedural', user: 'procedural', assistant: 'kimi-k2', judge: 'kimi-k2' },
    stages: [
      { stage: 'tools', input: 21_480, output: 20_000, seconds: 41 },
      { stage: 'agents', input: 4000, output: 4000, seconds: 6.2 },
      { stage: 'tasks', input: 8000, output: 7931, seconds: 372 },
      { stage: 'trajectories', input: 10_000, output: 9988, seconds: 688 },
      { stage: 'filter', input: 9988, output: 6893, seconds: 233 },
    ],
    tools: {
      count: 20_000,
      applications: 2212,
      before: 21_480,
      nearDuplicateShare: 0.0689,
      imported: 512,
      importRejections: { 'schema of its input is no object': 12, 'name comes twice': 4 },
      domains: domains.map((domain, i) => ({
        domain,
        applications: 120 + i * 3,
        counts: countsOf(
          ['get', 'search', 'aggregate', 'create', 'update', 'remove', 'transfer', 'compute'],
          300,
        ),
        tools: 1250,
      })),
      map: mapOf(points),
    },
    agents: {
      agents: 4000,
      distinctNgrams: [0.021, 0.14, 0.33, 0.47],
      promptDistance: 0.94,
      toolOverlap: 0.22,
      ownToolSets: 0.91,
      sizes: { 3: 210, 4: 480, 5: 702, 6: 801, 7: 694, 8: 522, 9: 301, 10: 190, 12: 100 },
    },
    tasks: {
      count: 7931,
      byFamilyAndDifficulty: cross(taskFamilies, ['1', '2', '3', '4'], 600),
      byDomain: countsOf(domains, 700),
      oracleRejections: {
        'plan fails': 212,
        'rubric passes without the plan': 87,
        'reference is not unique': 41,
      },
      missing: 69,
    },
    trajectories: {
      count: 9988,
      byFamilyAndVerdict: [
        ['keep', 1200],
        ['reject', 270],
        ['undecided', 9],
        ['void', 100],
      ].flatMap(([verdict, most]) => cross(taskFamilies, [String(verdict)], Number(most))),
      byPlanting: {
        ...countsOf([...mistakes.map((mistake) => `mistake ${mistake}`), ...faults], 220),
        none: 6777,
      },
      outcomes: { completed: 9803, truncated: 141, failed: 44 },
      faults: { assistant: 1211, user: 208, tools: 187 },
      lost: { 'endpoint: 503 after 5 attempts': 12 },
    },
    lengths: { kept: lengths(6893), rejected: lengths(3095) },
    rejections: {
      rejected: 1401,
      undecided: 88,
      void: 395,
      contaminated: 2,
      'near-duplicate': 1009,
      'over a cap': 200,
    },
    rejectionDetails: ['end state', 'said', 'order of calls', 'unchanged'].map((detail, i) => ({
      detail,
      count: 700 - 150 * i,
    })),
    planted: planted(),
    duplicates: 1009,
    contamination: {
      sets: ['held-out-tasks.jsonl', 'tau.jsonl'],
      count: 2,
      findings: [{ trajectory: 'trajectory-00817', evaluation: 'tau.jsonl 12' }],
    },
    costs: [
      {
        role: 'assistant',
        model: 'kimi-k2',
        requests: 42_120,
        promptTokens: 81_201_332,
        completionTokens: 9_120_442,
        cost: 71.52,
      },
      {
        role: 'judge',
        model: 'kimi-k2',
        requests: 12_022,
        promptTokens: 21_201_332,
        completionTokens: 1_120_442,
        cost: 15.4,
      },
    ],
    samples: Array.from({ length: 12 }, (_, i) => sample(i)),
  }
}
