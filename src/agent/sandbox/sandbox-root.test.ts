import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { makeSandboxRoot } from './sandbox-root.ts'

it.skipIf(process.platform !== 'linux')(
  'what an ended process left is removed; what others use or did not say whose it is, stays',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'roots-'))
    const mine = await makeSandboxRoot(directory)
    const owner = JSON.parse(readFileSync(join(mine, 'owner'), 'utf8'))
    const left = (name: string, text: string) => {
      const root = join(directory, `tsukimi-sandbox-${name}`)
      mkdirSync(join(root, 'work/below'), { recursive: true })
      writeFileSync(join(root, 'owner'), text)
      return basename(root)
    }
    const module = new URL('./sandbox-root.ts', import.meta.url).href
    execFileSync(process.execPath, [
      '--input-type=module',
      '-e',
      `const { makeSandboxRoot } = await import('${module}'); await makeSandboxRoot('${directory}')`,
    ])
    left('number-given-away-again', JSON.stringify({ ...owner, started: '1' }))
    const kept = [
      basename(mine),
      left('of-another-system', JSON.stringify({ ...owner, system: 'other', process: 4_194_305 })),
      left('just-made', ''),
    ]
    expect(readdirSync(directory)).toHaveLength(5)
    kept.push(basename(await makeSandboxRoot(directory)))
    expect(readdirSync(directory).sort()).toEqual(kept.sort())
    rmSync(directory, { recursive: true })
  },
)
