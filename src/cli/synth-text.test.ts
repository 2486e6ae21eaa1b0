import { expect, test } from 'vitest'
import { overlapSection } from '../report/synth/overlap-section.ts'
import { noCounts } from '../synth/judge/planted-counts.ts'
import type { StageRecord } from '../synth/pipeline/stage-record.ts'
import type { SynthReportData } from '../synth/pipeline/synth-report-data.ts'
import { lostLine, synthText } from './synth-text.ts'

const record = (more: Partial<StageRecord>) => ({
  isFresh: true,
  record: {
    ...{ version: 1 as const, stage: 'filter' as const, key: 'k', files: {} },
    ...{ input: 4, output: 2, seconds: 1, lost: {}, costs: [] },
    details: { planted: noCounts },
    ...more,
  },
})

test('says how many evaluation texts are too short', () => {
  const text = (tooShort: number) => synthText([record({ details: { planted: noCounts, tooShort } })])
  expect(text(1200)).toContain('1,200 evaluation texts have fewer than 5 words')
  expect(text(0)).not.toContain('fewer than 5')
  const data = (tooShort: number) =>
    ({
      tools: { before: 2, count: 2, nearDuplicateShare: 0 },
      ...{ duplicates: 0, trajectories: { count: 1 } },
      contamination: { sets: ['a.jsonl'], count: 0, tooShort, findings: [] },
    }) as unknown as SynthReportData
  expect(JSON.stringify(overlapSection(data(7))!.body)).toContain('7: of fewer than 5 words')
  expect(JSON.stringify(overlapSection(data(0))!.body)).not.toContain('fewer than 5')
})

test('says what was lost, and nothing where nothing was', () => {
  expect(lostLine([record({})])).toBeNull()
  const lost = { 'no such model': 3, 'too long': 1 }
  expect(lostLine([record({}), record({ stage: 'tasks', lost })])).toBe(
    'units were lost (4 in tasks); the same command tries them again',
  )
})

test('says which servers gave no tools, and why', () => {
  const importProblems = ['mail: mail (npx mail) cannot be used: spawn npx ENOENT']
  const details = { importRejections: { 'no tools': 1 }, importProblems }
  expect(synthText([record({ stage: 'tools', details })])).toContain(
    'tools of MCP servers that could not be had\n  mail: mail (npx mail) cannot be used: spawn npx ENOENT',
  )
})

test('says why there is nothing to measure the judge by', () => {
  expect(synthText([record({})])).toContain('precision and recall are not measured: where a model takes part')
  const byPlanting = { none: { keep: 1, reject: 0, undecided: 0, void: 0 } }
  const planted = { ...noCounts, byPlanting, truePositives: 1 }
  expect(synthText([record({ details: { planted } })])).not.toContain('not measured')
})
