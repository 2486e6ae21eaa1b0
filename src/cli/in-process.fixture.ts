import { vi } from 'vitest'
import { main } from './main.ts'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the program in this process, and keeps what it writes; its exit code does not become that of the tests. */
export async function tsukimi(...args: readonly string[]): Promise<Outcome> {
  const streams = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      streams[name] += String(text)
      return true
    }),
  )
  try {
    return { code: await main(args), ...streams }
  } finally {
    for (const spy of spies) spy.mockRestore()
    process.exitCode = undefined
  }
}
