import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** A Postgres server of the tests' own, in a temporary directory on a port of its own. */
export interface TestPostgres extends AsyncDisposable {
  readonly url: string
  start(): Promise<void>
  /** Stops it as an administrator would; `crash` ends it without a word to its clients. */
  stop(how?: 'fast' | 'crash'): Promise<void>
}

const root = process.getuid?.() === 0

/** The directory of Postgres's programs: where Debian keeps them, or on the path. */
export function postgresPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const places = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ]
  return places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')))
}

/** Postgres refuses to run as root. */
function user(): { readonly uid?: number; readonly gid?: number } {
  if (!root) return {}
  for (const name of ['postgres', 'nobody'])
    try {
      const id = (option: string): number => Number(execFileSync('id', [option, name], { encoding: 'utf8' }))
      return { uid: id('-u'), gid: id('-g') }
    } catch {}
  return {}
}

/** Below those that systems give to outgoing connections, so that none takes it while the server is down. */
const anyPort = (): number => randomInt(15_000, 32_000)
const urlOf = (port: number): string => `postgres://tsukimi@127.0.0.1:${port}/postgres`

/** Starts a server; undefined where Postgres is not on this machine: install-postgres.fixture.ts says why. */
export async function startPostgres(): Promise<TestPostgres | undefined> {
  const bin = postgresPrograms()
  if (bin === undefined) return undefined
  const as = user()
  const directory = mkdtempSync(join(tmpdir(), 'postgres-'))
  if (as.uid !== undefined) chownSync(directory, as.uid, as.gid!)
  const data = join(directory, 'data')
  const options = ['-D', data, '-U', 'tsukimi', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  execFileSync(join(bin, 'initdb'), options, { ...as, cwd: directory, stdio: 'ignore' })
  let server: ChildProcess | undefined

  /** False where another has the port. */
  const startAt = async (port: number): Promise<boolean> => {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'].flatMap((s) => [
      '-c',
      s,
    ])
    const started = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
      ...as,
      cwd: directory,
      stdio: 'ignore',
    })
    server = started
    return accepting(started, urlOf(port), data)
  }
  const stop = async (how: 'fast' | 'crash' = 'fast'): Promise<void> => {
    if (server === undefined || !running(server)) return
    const ended = once(server, 'exit')
    server.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await ended
  }
  let port = anyPort()
  for (let tries = 1; !(await startAt(port)); tries++) {
    if (tries === 10) throw new Error(`Postgres does not start in ${directory}`)
    port = anyPort()
  }
  return {
    url: urlOf(port),
    async start() {
      if (!(await startAt(port))) throw new Error(`Postgres does not start again on port ${port}`)
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const running = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null

/** Waits for a server. @returns whether it is this one, and has not ended: another may be at the address */
async function accepting(server: ChildProcess, connectionString: string, data: string): Promise<boolean> {
  for (let tries = 0; running(server); tries++) {
    const client = new pg.Client({ connectionString })
    client.on('error', () => {})
    try {
      await client.connect()
      const { rows } = await client.query('SHOW data_directory')
      await client.end()
      if (rows[0].data_directory === data) return true
    } catch (error) {
      if (tries === 600) throw error
    }
    await sleep(50)
  }
  return false
}
