import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresPrograms } from './postgres.fixture.ts'

/** Lists of packages are fetched where the install fails without. */
const script = `ls /usr/lib/postgresql/*/bin/initdb >&2 || apt-get install -y postgresql ||
  { apt-get update && apt-get install -y postgresql; }`

/** Installs Postgres where that can be, once however many ask at once. @returns why it cannot be */
function install(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can install it'
  if (!existsSync('/usr/bin/apt-get')) return 'there is no apt-get to install it with'
  process.stderr.write('installing PostgreSQL for the tests\n')
  try {
    const lock = join(tmpdir(), 'install-postgres.lock')
    execFileSync('flock', [lock, 'sh', '-c', script], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 600_000,
    })
    return postgresPrograms() === undefined ? 'its package brings none' : undefined
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? '').trim()
    return `it cannot be installed: ${said.split('\n').at(-1) || (error as Error).message}`
  }
}

/** Runs once before the tests that need a Postgres server; without one they are skipped. */
export default function setup(): void {
  if (postgresPrograms() !== undefined) return
  const reason = install()
  if (reason !== undefined)
    process.stderr.write(`tests on a Postgres server are skipped: there is no initdb here, and ${reason}\n`)
}
