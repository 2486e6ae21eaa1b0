import { access, chmod, constants, copyFile, mkdir, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { UserError } from '../../user-error.ts'
import { bubblewrapSandbox } from './bubblewrap-sandbox.ts'
import { removeTree } from './remove-tree.ts'
import { defaultSandboxLimits, type Sandbox, type SandboxLimits } from './sandbox.ts'
import { makeSandboxRoot } from './sandbox-root.ts'
import { seccompFilter } from './seccomp.ts'

/** Makes sandboxes with bubblewrap; it has been tried out. */
export interface Bubblewrap extends AsyncDisposable {
  /** An empty sandbox with limits, default `defaultSandboxLimits`. */
  sandbox(limits?: Partial<SandboxLimits>): Promise<Sandbox>
  /** Python's program inside, where the host has one below /usr. */
  readonly python: string | undefined
}

const install =
  'Install it with your package manager: apt-get install bubblewrap, dnf install bubblewrap, pacman -S bubblewrap.'
const permit =
  'The system does not permit user namespaces. On Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0; ' +
  'on Debian: sysctl kernel.unprivileged_userns_clone=1; elsewhere: sysctl user.max_user_namespaces=10000; ' +
  'in Docker: run the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined ' +
  '--security-opt systempaths=unconfined.'

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

async function programNamed(name: string, given: string | undefined): Promise<string | undefined> {
  if (given !== undefined) return (await isProgram(given)) ? given : undefined
  for (const directory of [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']) {
    const found = join(directory, name)
    if (directory !== '' && (await isProgram(found))) return found
  }
  return undefined
}

/** Whether users other than its owner get to a file. */
async function isReachable(path: string): Promise<boolean> {
  if (((await stat(path)).mode & 0o001) === 0) return false
  return dirname(path) === path || isReachable(dirname(path))
}

const isRoot = (): boolean => process.getuid?.() === 0

/** Node's program where the sandbox's user can reach it; a copy of it where only we can. */
async function reachableNode(root: string): Promise<string> {
  if (!isRoot() || (await isReachable(process.execPath))) return process.execPath
  const copy = join(root, 'node')
  await copyFile(process.execPath, copy, constants.COPYFILE_FICLONE)
  return copy
}

async function hostPrograms(
  given: NonNullable<BubblewrapOptions['programs']>,
): Promise<{ bwrap: string; prlimit: string; filter: Buffer }> {
  if (process.platform !== 'linux')
    throw new UserError(
      `Sandboxes for processes need Linux (bubblewrap); this is ${process.platform}. JavaScript can be run with QuickJS instead.`,
    )
  const filter = seccompFilter(process.arch)
  if (filter === undefined)
    throw new UserError(`Sandboxes for processes need an x64 or arm64 processor; this is ${process.arch}.`)
  const bwrap = await programNamed('bwrap', given.bwrap)
  if (bwrap === undefined)
    throw new UserError(`Sandboxes need bubblewrap (bwrap), which is not here. ${install}`)
  const prlimit = await programNamed('prlimit', given.prlimit)
  if (prlimit === undefined)
    throw new UserError(
      'Sandboxes need prlimit, which is not here. Install util-linux with your package manager.',
    )
  return { bwrap, prlimit, filter }
}

async function writeEtc(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o755 })
  await writeFile(join(directory, 'passwd'), 'agent:x:1000:1000::/work:/bin/sh\n')
  await writeFile(join(directory, 'group'), 'agent:x:1000:\n')
  await writeFile(join(directory, 'hosts'), '127.0.0.1 localhost sandbox\n')
}

/** Runs nothing in a sandbox, and says in the user's words why that does not work. */
async function tryOut(bubblewrap: Bubblewrap): Promise<void> {
  await using sandbox = await bubblewrap.sandbox()
  const result = await sandbox.exec(['/bin/sh', '-c', 'exit 7']).catch((error: Error) => error)
  if (!(result instanceof Error) && result.code === 7) return
  const words = result instanceof Error ? result.message : result.stderr
  const isNamespace = /namespace|uid map|Operation not permitted|Permission denied|mount proc/i.test(words)
  throw new UserError(`Sandboxes do not work here: ${words.trim()}. ${isNamespace ? permit : install}`)
}

export interface BubblewrapOptions {
  /** Where working directories are made. Default the system's directory for temporary files. */
  readonly directory?: string
  /** Paths of programs that are not to be looked for in the environment's PATH. */
  readonly programs?: { readonly bwrap?: string; readonly prlimit?: string }
}

/**
 * Looks for bubblewrap and tries it out.
 *
 * @throws UserError with what to install or permit, where sandboxes do not work here
 */
export async function openBubblewrap({
  directory = tmpdir(),
  programs = {},
}: BubblewrapOptions = {}): Promise<Bubblewrap> {
  const { bwrap, prlimit, filter } = await hostPrograms(programs)
  if (isRoot() && !(await isReachable(directory)))
    throw new UserError(
      `Sandboxes run as users of their own, who cannot enter ${directory}; choose another directory, or give it and those above it the permission x for all`,
    )
  const root = await makeSandboxRoot(directory)
  const bubblewrap: Bubblewrap = {
    python: (await isProgram('/usr/bin/python3')) ? '/usr/bin/python3' : undefined,
    sandbox: (limits = {}) =>
      bubblewrapSandbox({
        root,
        bwrap,
        prlimit,
        node,
        etc: join(root, 'etc'),
        filter: join(root, 'filter'),
        hasOwnUsers: isRoot(),
        limits: { ...defaultSandboxLimits, ...limits },
      }),
    [Symbol.asyncDispose]: () => removeTree(root),
  }
  let node = process.execPath
  try {
    await chmod(root, 0o711)
    await writeEtc(join(root, 'etc'))
    await writeFile(join(root, 'filter'), filter)
    node = await reachableNode(root)
    await tryOut(bubblewrap)
  } catch (error) {
    await bubblewrap[Symbol.asyncDispose]()
    throw error
  }
  return bubblewrap
}
