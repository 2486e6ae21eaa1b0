import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { cappedOutput } from './capped-output.ts'
import type { ExecResult, SandboxLimits } from './sandbox.ts'
import { signalNames } from './signal-names.ts'
import { isDiskFull, isRunning, memoryOf, processTree } from './used-resources.ts'

export interface ContainedCommand {
  readonly program: string
  readonly args: readonly string[]
  /** Open file with the seccomp filter. */
  readonly filter: number
  /** The user that it runs as, where we may choose. */
  readonly user?: number
  /** The working directory, whose size is watched. */
  readonly work: string
  readonly limits: SandboxLimits
  readonly timeoutMs: number
  readonly maxOutputBytes: number
  readonly stdin: string | Uint8Array
  readonly signal?: AbortSignal
}

/** Milliseconds between looks at what is used up; short commands are never looked at. */
const lookEvery = 40

type Ended = 'time' | 'memory' | 'disk' | 'aborted'

/** What bubblewrap reports: the process that is the first inside, and how the command ended. */
function reportOf(stream: Readable): {
  readonly first: number | undefined
  readonly code: number | undefined
} {
  let text = ''
  stream.on('data', (chunk) => {
    text += chunk
  })
  stream.on('error', () => {})
  const field = (name: string) => {
    const found = new RegExp(`"${name}": (\\d+)`).exec(text)
    return found === null ? undefined : Number(found[1])
  }
  return {
    get first() {
      return field('child-pid')
    },
    get code() {
      return field('exit-code')
    },
  }
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** The first process inside takes all others with it: it is gone, or waits to be collected, when they are gone. */
async function untilGone(first: number | undefined): Promise<void> {
  for (let looks = 0; first !== undefined && looks < 500 && isRunning(first); looks++) await pause(1)
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })

/**
 * Runs bubblewrap with a command in it, and kills all of it when its time is up or when it has used up more than it may.
 *
 * @throws Error where the sandbox could not be made, with bubblewrap's words
 */
export async function containedProcess(command: ContainedCommand): Promise<ExecResult> {
  command.signal?.throwIfAborted()
  const started = performance.now()
  const child = spawn(command.program, command.args, {
    stdio: ['pipe', 'pipe', 'pipe', command.filter, 'pipe'],
    cwd: '/',
    env: {},
    detached: true,
    ...(command.user !== undefined && { uid: command.user, gid: command.user }),
  })
  const close = ended(child)
  const [stdout, stderr] = [child.stdout!, child.stderr!].map((s) => cappedOutput(s, command.maxOutputBytes))
  const report = reportOf(child.stdio[4] as Readable)
  child.stdin!.on('error', () => {})
  child.stdin!.end(command.stdin)

  let why: Ended | undefined
  const end = (reason: Ended): void => {
    why ??= reason
    killGroup(child)
  }
  const onAbort = (): void => end('aborted')
  command.signal?.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => end('time'), command.timeoutMs)
  let looking = false
  const watch = setInterval(async () => {
    if (looking || report.first === undefined) return
    looking = true
    const { memoryBytes } = command.limits
    if (memoryOf(processTree(report.first), memoryBytes) > memoryBytes) end('memory')
    else if (await isDiskFull(command.work, command.limits)) end('disk')
    looking = false
  }, lookEvery)
  try {
    await close
    await untilGone(report.first)
  } finally {
    clearTimeout(timer)
    clearInterval(watch)
    command.signal?.removeEventListener('abort', onAbort)
  }
  if (why === 'aborted') command.signal!.throwIfAborted()
  if (why === undefined && (await isDiskFull(command.work, command.limits))) why = 'disk'
  if (why === undefined && report.code === undefined)
    throw new Error(`the sandbox could not be made: ${stderr!.text().trim() || 'bubblewrap was killed'}`)
  return {
    code: why === undefined ? report.code! : null,
    signal: why === undefined ? (signalNames.get(report.code! - 128) ?? null) : 'SIGKILL',
    stdout: stdout!.text(),
    stderr: stderr!.text(),
    truncated: stdout!.truncated || stderr!.truncated,
    timedOut: why === 'time',
    ...((why === 'memory' || why === 'disk') && { exceeded: why }),
    wallMs: performance.now() - started,
  }
}
