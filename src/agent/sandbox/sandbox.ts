/** A place of its own for programs that nobody vouches for: a working directory, processes, no network. */

export interface ExecOptions {
  /** Below the working directory, which it is by default. */
  readonly cwd?: string
  /** Nothing of the host's environment is there. */
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds until everything that the command began is killed. Default 10,000. */
  readonly timeoutMs?: number
  readonly stdin?: string | Uint8Array
  /** Kept of each of stdout and stderr; what comes after is dropped. Default 256 KiB. */
  readonly maxOutputBytes?: number
  readonly signal?: AbortSignal
}

export interface ExecResult {
  /** null where a signal ended the command, or the sandbox did. */
  readonly code: number | null
  /** `SIGKILL`. */
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  /** Something of stdout or stderr was dropped. */
  readonly truncated: boolean
  readonly timedOut: boolean
  /** What was used up, where that ended the command. */
  readonly exceeded?: 'memory' | 'disk'
  readonly wallMs: number
}

export interface SandboxFile {
  /** Below the working directory, with slashes. */
  readonly path: string
  readonly bytes: number
}

/** The working directory at a moment. */
export interface SandboxSnapshot {
  readonly id: number
}

export interface Sandbox extends AsyncDisposable {
  /**
   * Runs a program until it ends; whatever it left behind in the background is killed then.
   *
   * @param command program and arguments; no shell reads them
   * @throws the signal's reason where that is aborted
   */
  exec(command: readonly string[], options?: ExecOptions): Promise<ExecResult>
  /** @throws UserError where there is no such file, it is a link or larger than the limit of a file */
  readFile(path: string): Promise<Buffer>
  /** Writes a file and the directories above it. @throws UserError where a link is in the way, or the path leaves */
  writeFile(path: string, content: string | Uint8Array): Promise<void>
  removeFile(path: string): Promise<void>
  /** Ordinary files in order of their paths, at most `most` (default 1,000). */
  listFiles(most?: number): Promise<readonly SandboxFile[]>
  snapshot(): Promise<SandboxSnapshot>
  restore(snapshot: SandboxSnapshot): Promise<void>
  close(): Promise<void>
}

/** What a sandbox may use up. */
export interface SandboxLimits {
  /** Of one process's data, and of all processes together. */
  readonly memoryBytes: number
  /** At once, threads included. */
  readonly processes: number
  readonly fileBytes: number
  /** Of the working directory; and of /tmp and /dev/shm, each. */
  readonly diskBytes: number
  readonly files: number
  readonly openFiles: number
  /** Of one process. */
  readonly cpuSeconds: number
}

export const defaultSandboxLimits: SandboxLimits = {
  memoryBytes: 512 * 2 ** 20,
  processes: 64,
  fileBytes: 32 * 2 ** 20,
  diskBytes: 128 * 2 ** 20,
  files: 10_000,
  openFiles: 256,
  cpuSeconds: 60,
}
