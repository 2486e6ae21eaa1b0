import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, open } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { UserError } from '../../user-error.ts'
import { bubblewrapArguments } from './bubblewrap-arguments.ts'
import { containedProcess } from './contained-process.ts'
import { removeTree } from './remove-tree.ts'
import type { ExecOptions, ExecResult, Sandbox, SandboxLimits, SandboxSnapshot } from './sandbox.ts'
import { listWorkFiles, readWorkFile, removeWorkFile, writeWorkFile } from './work-directory.ts'
import { pathParts } from './work-path.ts'

export interface BubblewrapPlace {
  /** The directory of all sandboxes. */
  readonly root: string
  readonly bwrap: string
  readonly prlimit: string
  readonly node: string
  readonly etc: string
  /** File with the seccomp filter. */
  readonly filter: string
  /** We are root: each sandbox has a user of its own. */
  readonly hasOwnUsers: boolean
  readonly limits: SandboxLimits
}

const run = promisify(execFile)

/** Users for sandboxes are far from any that systems or container engines give away. */
const [firstUser, users] = [1_500_000_000, 100_000_000]
let lastUser = process.pid * 1000
const nextUser = (): number => firstUser + (lastUser++ % users)

/** Copies a tree as it is: links as links, owners and times kept. */
const copyTree = (from: string, to: string) => run('cp', ['-a', '--reflink=auto', `${from}/.`, to])

class BubblewrapSandbox implements Sandbox {
  readonly #place: BubblewrapPlace
  readonly #own: string
  readonly #work: string
  readonly #user: number | undefined
  #snapshots = 0
  #closed = false

  constructor(place: BubblewrapPlace, own: string, user: number | undefined) {
    this.#place = place
    this.#own = own
    this.#work = join(own, 'work')
    this.#user = user
  }

  async exec(command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    this.#checkOpen()
    const { bwrap, filter, limits } = this.#place
    const cwd = (options.cwd ?? '.') === '.' ? '.' : pathParts(options.cwd!).join('/')
    await using opened = await open(filter, 'r')
    return await containedProcess({
      program: bwrap,
      args: bubblewrapArguments({ ...this.#place, work: this.#work }, limits, {
        command,
        cwd,
        env: options.env ?? {},
      }),
      filter: opened.fd,
      work: this.#work,
      limits,
      timeoutMs: options.timeoutMs ?? 10_000,
      maxOutputBytes: options.maxOutputBytes ?? 256 * 1024,
      stdin: options.stdin ?? '',
      ...(this.#user !== undefined && { user: this.#user }),
      ...(options.signal !== undefined && { signal: options.signal }),
    })
  }

  readFile(path: string): Promise<Buffer> {
    return readWorkFile(this.#work, path, this.#place.limits.fileBytes)
  }

  async writeFile(path: string, content: string | Uint8Array): Promise<void> {
    this.#checkOpen()
    await writeWorkFile(this.#work, path, content, this.#user ?? -1)
  }

  removeFile(path: string): Promise<void> {
    return removeWorkFile(this.#work, path)
  }

  listFiles(most = 1000): ReturnType<Sandbox['listFiles']> {
    return listWorkFiles(this.#work, most)
  }

  async snapshot(): Promise<SandboxSnapshot> {
    this.#checkOpen()
    const snapshot = { id: this.#snapshots++ }
    await mkdir(this.#snapshotPath(snapshot), { mode: 0o700 })
    await copyTree(this.#work, this.#snapshotPath(snapshot))
    return snapshot
  }

  async restore(snapshot: SandboxSnapshot): Promise<void> {
    this.#checkOpen()
    if (!(snapshot.id < this.#snapshots))
      throw new UserError(`This sandbox has no snapshot ${snapshot.id}; give one of its own`)
    await removeTree(this.#work)
    await mkdir(this.#work, { mode: 0o700 })
    await copyTree(this.#snapshotPath(snapshot), this.#work)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await removeTree(this.#own)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #snapshotPath({ id }: SandboxSnapshot): string {
    return join(this.#own, `snapshot-${id}`)
  }

  #checkOpen(): void {
    if (this.#closed) throw new Error('the sandbox is closed')
  }
}

/** A sandbox with an empty working directory. Its files are removed when it is closed. */
export async function bubblewrapSandbox(place: BubblewrapPlace): Promise<Sandbox> {
  const own = await mkdtemp(join(place.root, 'own-'))
  const user = place.hasOwnUsers ? nextUser() : undefined
  const work = join(own, 'work')
  await mkdir(work, { mode: 0o700 })
  if (user !== undefined) {
    await chmod(own, 0o711)
    await chown(work, user, user)
  }
  return new BubblewrapSandbox(place, own, user)
}
