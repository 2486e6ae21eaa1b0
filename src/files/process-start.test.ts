import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { processStart } from './process-start.ts'

it.skipIf(process.platform !== 'linux')(
  'tells when a process began, also one with brackets in its name',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'start-'))
    const sleep = join(directory, 'a) b (c')
    copyFileSync('/bin/sleep', sleep)
    const child = spawn(sleep, ['60'])
    try {
      const [own, its] = [process.pid, child.pid!].map((id) => Number(processStart(id)))
      expect(own).toBeGreaterThan(0)
      expect(its).toBeGreaterThan(own!)
      expect(processStart(child.pid!)).toBe(String(its))
    } finally {
      child.kill('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    }
  },
)

it('knows nothing of a process that is not there', () => {
  expect(processStart(2 ** 30)).toBeUndefined()
})
