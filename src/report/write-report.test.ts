import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserError } from '../user-error.ts'
import { exampleRun } from './example-run.fixture.ts'
import { exampleTasks } from './example-tasks.fixture.ts'
import { readRun } from './read-run.ts'
import { writeComparison, writeReport } from './write-report.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tsukimi-report-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const lines = (records: readonly object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')

/** A run's files, as the trainer writes them. */
async function writeExample(name: string): Promise<string> {
  const run = exampleRun({ steps: 12 })
  const runDir = join(directory, name)
  await mkdir(runDir)
  await writeFile(join(runDir, 'config.json'), JSON.stringify(run.config))
  await writeFile(join(runDir, 'metrics.jsonl'), lines(run.steps))
  await writeFile(join(runDir, 'timings.jsonl'), lines(run.timings))
  await writeFile(join(runDir, 'summary.json'), JSON.stringify(run.summary))
  return runDir
}

const messageOf = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(UserError)
  return (error as UserError).message
}

describe('report of a directory', () => {
  test('reads what was written and leaves nothing but the report', async () => {
    const runDir = await writeExample('x')
    expect(await readRun(runDir)).toEqual({ ...exampleRun({ steps: 12 }), name: 'x' })
    expect(await writeReport(runDir)).toBe(join(runDir, 'report.html'))
    expect((await readdir(runDir)).sort()).toEqual([
      'config.json',
      'metrics.jsonl',
      'report.html',
      'summary.json',
      'timings.jsonl',
    ])
    expect(await readFile(join(runDir, 'report.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/)
  })

  test('a run that is being written: half a last line, no summary, no timings', async () => {
    const runDir = await writeExample('x')
    await rm(join(runDir, 'summary.json'))
    await rm(join(runDir, 'timings.jsonl'))
    await writeFile(join(runDir, 'metrics.jsonl'), '{"step":0,"loss":8.1}\n{"step":1,"lo')
    expect((await readRun(runDir)).steps).toEqual([{ step: 0, loss: 8.1 }])
    await writeReport(runDir)
  })

  test('of steps that were done twice, the second time counts', async () => {
    const runDir = await writeExample('x')
    await writeFile(
      join(runDir, 'metrics.jsonl'),
      lines([
        { step: 0, loss: 3 },
        { step: 1, loss: 2 },
        { step: 0, loss: 1 },
      ]),
    )
    expect((await readRun(runDir)).steps.map(({ loss }) => loss)).toEqual([1, 2])
  })

  test('results of held-out tasks are read where there are some, and checked', async () => {
    const runDir = await writeExample('x')
    const path = join(runDir, 'tasks.json')
    await writeFile(path, JSON.stringify(exampleTasks()))
    expect((await readRun(runDir)).tasks).toEqual(exampleTasks())
    await writeFile(path, JSON.stringify({ ...exampleTasks(), families: [] }))
    expect(await messageOf(readRun(runDir))).toMatch(
      /tasks\.json:\n.*"single_call" is not among the families/,
    )
  })

  test('several runs', async () => {
    const path = join(directory, 'pages', 'both.html')
    expect(await writeComparison([await writeExample('a'), await writeExample('b')], path)).toBe(path)
    expect(await readFile(path, 'utf8')).toContain('a · b')
  })

  test('what is not a run is named', async () => {
    expect(await messageOf(writeReport(join(directory, 'none')))).toContain('no such directory')
    expect(await messageOf(writeReport(directory))).toContain('not a run')
    await writeFile(join(directory, 'config.json'), '{}')
    expect(await messageOf(writeReport(directory))).toContain('no metrics yet')
    await writeFile(join(directory, 'metrics.jsonl'), '{"step":0,"loss":"high"}\n')
    expect(await messageOf(writeReport(directory))).toMatch(/metrics\.jsonl, step 0: loss/)
  })
})
