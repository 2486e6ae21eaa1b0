import { execFileSync } from 'node:child_process'
import { loadavg } from 'node:os'
import { type Machine, thisMachine } from '../src/train/provenance.ts'

export interface BenchMachine extends Machine {
  /** One-minute load when the run began: what else the machine was doing. */
  readonly loadAtStart: number
}

/** What the figures were measured on. */
export const describeMachine = (): BenchMachine => ({ ...thisMachine(), loadAtStart: loadavg()[0]! })

/** Commit of the measured code, with `+changes` where the source differs from it; null outside git. */
export function gitCommit(): string | null {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  try {
    const changes = git('status', '--porcelain', '--untracked-files=no', '../src', '.')
    return git('rev-parse', 'HEAD') + (changes === '' ? '' : '+changes')
  } catch {
    return null
  }
}
