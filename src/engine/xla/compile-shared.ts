import type { Client } from './client.ts'
import { type Compiled, compileText } from './compile.ts'
import { programKey } from './compile-cache.ts'
import type { Ask } from './key-value/connection.ts'
import { inspect } from './loaded.ts'
import { deserialize, serialized } from './serialized.ts'

/** How processes hand each other compiled programs: the n-th program of one is the n-th of all. */
export interface Sharing {
  readonly ask: Ask
  readonly process: number
  programs: number
}

/** What process 0 tells of a program. */
interface Shared {
  /** Hash of the text and the options. */
  readonly identity: string
  /** base64; missing where the plugin cannot serialize. */
  readonly payload?: string
  /** Why it could not be compiled. */
  readonly problem?: string
}

/** A large model takes minutes to compile. */
const PATIENCE = 3_600_000

/**
 * Compiles a program of several processes: process 0 does, the others load what it made. Each by itself might tune
 * its kernels otherwise and then meet the others in another order.
 *
 * @throws Error if process 0 could not compile it, or compiles another program at this place
 */
export async function compileShared(
  client: Client,
  text: string,
  options: Uint8Array,
  cacheDirectory: string | null,
  sharing: Sharing,
): Promise<Compiled> {
  const key = `tsukimi/program/${sharing.programs++}`
  const identity = programKey(text, [options])
  if (sharing.process === 0)
    return compileFor(client, text, options, cacheDirectory, sharing.ask, key, identity)
  const answer = await sharing.ask({ ask: 'get', key, timeout: PATIENCE })
  if ('code' in answer) throw new Error(`Process 0 gave no compiled program: ${answer.message}`)
  const shared = JSON.parse(Buffer.from(answer.value, 'base64').toString('utf8')) as Shared
  if (shared.identity !== identity)
    throw new Error(
      'Process 0 compiles another program than this process: all processes must be started with the same settings',
    )
  if (shared.problem !== undefined) throw new Error(`Process 0: ${shared.problem}`)
  if (shared.payload === undefined) return compileText(client, text, options, cacheDirectory)
  const loaded = await deserialize(client, Buffer.from(shared.payload, 'base64'), options)
  return { ...inspect(client, loaded), fromCache: true }
}

async function compileFor(
  client: Client,
  text: string,
  options: Uint8Array,
  cacheDirectory: string | null,
  ask: Ask,
  key: string,
  identity: string,
): Promise<Compiled> {
  const tell = (shared: Omit<Shared, 'identity'>) => {
    const value = Buffer.from(JSON.stringify({ identity, ...shared } satisfies Shared)).toString('base64')
    return ask({ ask: 'put', key, value })
  }
  try {
    const compiled = await compileText(client, text, options, cacheDirectory)
    const payload = await serialized(client, compiled.handle)
    await tell(payload === undefined ? {} : { payload: Buffer.from(payload).toString('base64') })
    return compiled
  } catch (error) {
    await tell({ problem: error instanceof Error ? error.message : String(error) })
    throw error
  }
}
