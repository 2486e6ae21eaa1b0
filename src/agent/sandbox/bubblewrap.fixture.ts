import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type Bubblewrap, openBubblewrap } from './bubblewrap.ts'

/** Installs bubblewrap where it is absent and we may. */
function install(): void {
  if (existsSync('/usr/bin/bwrap') || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  try {
    execFileSync('apt-get', ['update'], { stdio: 'ignore', timeout: 60_000 })
    execFileSync('apt-get', ['install', '-y', 'bubblewrap'], { stdio: 'ignore', timeout: 60_000 })
  } catch {
    // What is missing is said when it is opened.
  }
}

/** Bubblewrap for tests; where it does not work here, undefined, and the reason is printed. */
export async function bubblewrapForTests(): Promise<Bubblewrap | undefined> {
  install()
  try {
    return await openBubblewrap()
  } catch (error) {
    console.warn(`tests with sandboxes are left out: ${(error as Error).message}`)
    return undefined
  }
}
