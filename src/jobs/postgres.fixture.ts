import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
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

/** The directory of Postgres's programs: on the path, where Debian keeps them, or installed now where that can be. */
function programs(): string | undefined {
  return found() ?? (install() ? found() : undefined)
}

function found(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const places = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ]
  return places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')))
}

function install(): boolean {
  if (!root || !existsSync('/usr/bin/apt-get')) return false
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    execFileSync('apt-get', ['install', '-y', 'postgresql'], { env, stdio: 'ignore', timeout: 300_000 })
    return true
  } catch {
    return false
  }
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

/** Starts a server; without Postgres on this machine says so and gives undefined. */
export async function startPostgres(): Promise<TestPostgres | undefined> {
  const bin = programs()
  if (bin === undefined) {
    process.stderr.write(
      'tests on a Postgres server are skipped: no initdb here, and it cannot be installed\n',
    )
    return undefined
  }
  const as = user()
  const directory = mkdtempSync(join(tmpdir(), 'postgres-'))
  if (as.uid !== undefined) chownSync(directory, as.uid, as.gid!)
  const data = join(directory, 'data')
  const options = ['-D', data, '-U', 'tsukimi', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  execFileSync(join(bin, 'initdb'), options, { ...as, cwd: directory, stdio: 'ignore' })
  const port = await freePort()
  const url = `postgres://tsukimi@127.0.0.1:${port}/postgres`
  let server: ChildProcess | undefined

  const start = async (): Promise<void> => {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'].flatMap((s) => [
      '-c',
      s,
    ])
    server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
      ...as,
      cwd: directory,
      stdio: 'ignore',
    })
    await accepting(url)
  }
  const stop = async (how: 'fast' | 'crash' = 'fast'): Promise<void> => {
    if (server === undefined || server.exitCode !== null) return
    const ended = once(server, 'exit')
    server.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await ended
  }
  await start()
  return {
    url,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function accepting(connectionString: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      if (tries === 300) throw error
      await sleep(100)
    }
  }
}
