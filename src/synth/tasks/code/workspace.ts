import type { CallOutcome, CodeCase } from './code-tests.ts'

export interface CommandOutput {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly note?: string
}

/** Where the files of a code task are, and what runs them. */
export interface Workspace extends AsyncDisposable {
  readonly sandbox: 'quickjs' | 'bubblewrap'
  list(): Promise<readonly string[]>
  /** @throws UserError where it cannot be read */
  read(path: string): Promise<string>
  /** @throws UserError where it cannot be written */
  write(path: string, content: string): Promise<void>
  /** Calls functions as the files are now; what is expected of them stays outside. */
  call(cases: readonly CodeCase[], signal: AbortSignal): Promise<readonly (CallOutcome | undefined)[]>
  /** Runs a piece of the task's language beside the files. */
  runCode(code: string, signal: AbortSignal): Promise<CommandOutput>
  /** Runs a shell command, where there are processes. */
  readonly runCommand?: (command: string, signal: AbortSignal) => Promise<CommandOutput>
}
