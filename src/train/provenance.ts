import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'

const packageRoot = new URL('../../', import.meta.url)

/** What a run was made with: enough to make it again and to judge its speed. */
export interface Provenance {
  readonly version: string
  /** Of the source checkout that the program runs from; null for an installed package. */
  readonly git: { readonly commit: string; readonly dirty: boolean } | null
  readonly machine: Machine
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly platform: string
  readonly node: string
  readonly onnxruntime: string
}

const run = promisify(execFile)

async function gitState(): Promise<Provenance['git']> {
  try {
    const options = { cwd: packageRoot }
    const { stdout: top } = await run('git', ['rev-parse', '--show-prefix'], options)
    if (top.trim() !== '') return null // an installed package inside somebody's repository
    const { stdout: commit } = await run('git', ['rev-parse', 'HEAD'], options)
    const { stdout: status } = await run('git', ['status', '--porcelain'], options)
    return { commit: commit.trim(), dirty: status !== '' }
  } catch {
    return null
  }
}

const versionIn = (file: string | URL): string =>
  (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version

/** The version of an installed package; `none` where it is not installed, which not every engine needs. */
function installedVersion(name: string): string {
  try {
    return versionIn(createRequire(import.meta.url).resolve(`${name}/package.json`))
  } catch {
    return 'none'
  }
}

/** What this process runs on. */
export const thisMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform}-${process.arch}`,
  node: process.versions.node,
  onnxruntime: installedVersion('onnxruntime-node'),
})

/** Reads versions, git state and machine. */
export async function provenance(): Promise<Provenance> {
  return {
    version: versionIn(new URL('package.json', packageRoot)),
    git: await gitState(),
    machine: thisMachine(),
  }
}
