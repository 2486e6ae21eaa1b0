import { posix } from 'node:path'
import type { SandboxLimits } from './sandbox.ts'

/** Where things are inside. */
export const inside = {
  work: '/work',
  node: '/opt/node/bin/node',
  path: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin',
}

/** Descriptors that bubblewrap is given beside the three usual ones. */
export const descriptors = { filter: 3, status: 4 }

/** What programs need to find libraries and names, and nothing that is private. */
const hostReadOnly = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64']
const hostConfiguration = ['/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/alternatives']

export interface SandboxPlace {
  /** The working directory's path on the host. */
  readonly work: string
  /** A directory with `passwd`, `group` and `hosts`. */
  readonly etc: string
  /** Node's program on the host. */
  readonly node: string
  readonly prlimit: string
}

/** V8 takes this much of the address space for code that it mostly never writes; it counts as data all the same. */
const reservedByNode = 512 * 2 ** 20

/** Arguments of prlimit; it stands inside, so that processes are counted in the sandbox's own namespace. */
const limitArguments = (limits: SandboxLimits): readonly string[] => [
  `--data=${limits.memoryBytes + reservedByNode}`,
  `--nproc=${limits.processes}`,
  `--fsize=${limits.fileBytes}`,
  `--nofile=${limits.openFiles}`,
  `--cpu=${limits.cpuSeconds}`,
  '--core=0',
  '--msgqueue=0',
  '--memlock=65536',
]

/** Arguments of bubblewrap for one command; everything but /work, /tmp and /dev/shm is read-only. */
export function bubblewrapArguments(
  place: SandboxPlace,
  limits: SandboxLimits,
  { command, cwd, env }: { command: readonly string[]; cwd: string; env: Readonly<Record<string, string>> },
): readonly string[] {
  const environment = {
    PATH: inside.path,
    HOME: inside.work,
    TMPDIR: '/tmp',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    ...env,
  }
  const size = ['--size', String(limits.diskBytes)]
  return [
    '--unshare-all',
    '--unshare-user',
    '--die-with-parent',
    '--new-session',
    ...['--uid', '1000', '--gid', '1000', '--cap-drop', 'ALL', '--hostname', 'sandbox'],
    ...['--seccomp', String(descriptors.filter), '--json-status-fd', String(descriptors.status)],
    ...hostReadOnly.flatMap((path) => ['--ro-bind-try', path, path]),
    ...hostConfiguration.flatMap((path) => ['--ro-bind-try', path, path]),
    ...['passwd', 'group', 'hosts'].flatMap((name) => ['--ro-bind', `${place.etc}/${name}`, `/etc/${name}`]),
    ...['--ro-bind', place.node, inside.node],
    ...['--proc', '/proc', '--dev', '/dev', ...size, '--tmpfs', '/dev/shm', ...size, '--tmpfs', '/tmp'],
    ...['--bind', place.work, inside.work, '--remount-ro', '/dev', '--remount-ro', '/'],
    ...['--chdir', posix.join(inside.work, cwd), '--clearenv'],
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--', place.prlimit, ...limitArguments(limits), '--', ...command],
  ]
}
