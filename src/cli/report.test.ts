import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tsukimi } from './in-process.fixture.ts'

let runDir = ''
beforeAll(async () => {
  runDir = await mkdtemp(join(tmpdir(), 'tsukimi-report-command-'))
  await writeFile(join(runDir, 'metrics.jsonl'), '{"step":0,"loss":8.1}\n{"step":1,"loss":7.2}\n')
})
afterAll(() => rm(runDir, { recursive: true, force: true }))

test('report RUN writes the page and prints where', async () => {
  const path = join(runDir, 'report.html')
  expect(await tsukimi('report', runDir, '--open', 'no')).toEqual({
    code: 0,
    stdout: `${path}\n`,
    stderr: '',
  })
  expect(await readFile(path, 'utf8')).toContain('<section id="loss">')
})

test('report A B --output --json', async () => {
  const path = join(runDir, 'both.html')
  const { code, stdout } = await tsukimi('report', runDir, runDir, '--output', path, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toEqual({ report: path, runs: [runDir, runDir] })
})

test('a directory that is no run', async () => {
  const { code, stderr } = await tsukimi('report', join(runDir, 'nowhere'))
  expect(code).toBe(1)
  expect(stderr).toMatch(/^error: .*nowhere: no such directory/)
})
