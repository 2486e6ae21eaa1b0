import { readFileSync, readlinkSync } from 'node:fs'
import { lstat, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { processStart } from '../../files/process-start.ts'
import { removeTree } from './remove-tree.ts'

const prefix = 'tsukimi-sandbox-'
const ownerFile = 'owner'

interface Owner {
  /** The running system and the namespace that know the process; elsewhere its number is another's, or nobody's. */
  readonly system: string
  readonly process: number
  /** When it began, in ticks since the system did: numbers are given away again. */
  readonly started: string
}

const thisSystem = (): string =>
  `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`

/** Whether a directory was made by a process that we would know of, were it still there. */
async function isLeftBehind(root: string, system: string): Promise<boolean> {
  const found = await lstat(root)
  if (!found.isDirectory() || found.uid !== process.getuid!()) return false
  const owner: Owner = JSON.parse(await readFile(join(root, ownerFile), 'utf8'))
  return owner.system === system && processStart(owner.process) !== owner.started
}

/** Another process may be about to remove it too: what cannot be read or removed is left to others. */
async function removeLeftBehind(directory: string, system: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const root = join(directory, name)
    if (name.startsWith(prefix) && (await isLeftBehind(root, system).catch(() => false)))
      await removeTree(root).catch(() => {})
  }
}

/** Makes a directory for sandboxes of this process, and removes those of processes that ended without doing so. */
export async function makeSandboxRoot(directory: string): Promise<string> {
  const system = thisSystem()
  await removeLeftBehind(directory, system)
  const root = await mkdtemp(join(directory, prefix))
  const owner: Owner = { system, process: process.pid, started: processStart(process.pid)! }
  await writeFile(join(root, ownerFile), JSON.stringify(owner), { mode: 0o600 })
  return root
}
