import { randomBytes } from 'node:crypto'
import type { ExecOptions, ExecResult, Sandbox } from '../../../agent/sandbox/sandbox.ts'
import type { CodeWorkspace } from '../../../world/task.ts'
import type { CallOutcome } from './code-tests.ts'
import { runners } from './runners.ts'
import type { CommandOutput, Workspace } from './workspace.ts'

/** Milliseconds for tests and for commands. */
const limitMs = 20_000
const outputBytes = 16 * 1024

function outputOf({ code, stdout, stderr, truncated, timedOut, exceeded }: ExecResult): CommandOutput {
  const notes = [
    ...(timedOut ? [`it was stopped after ${limitMs / 1000} s`] : []),
    ...(exceeded === undefined ? [] : [`it was stopped: it took too much ${exceeded}`]),
    ...(truncated ? [`only the first ${outputBytes} bytes of its output are shown`] : []),
  ]
  return { exitCode: code, stdout, stderr, ...(notes.length > 0 && { note: notes.join('; ') }) }
}

/** Outcomes by the index of their call: of lines with the mark, the first for each. */
function outcomesOf(stdout: string, mark: string, count: number): (CallOutcome | undefined)[] {
  const outcomes: (CallOutcome | undefined)[] = Array.from({ length: count })
  for (const line of stdout.split('\n')) {
    if (!line.startsWith(mark)) continue
    try {
      const { index, ...outcome } = JSON.parse(line.slice(mark.length)) as { index: number } & CallOutcome
      if (typeof outcome.ok === 'boolean' && index < count) outcomes[index] ??= outcome
    } catch {
      // Cut, or written by the code under test.
    }
  }
  return outcomes
}

/** Files and processes in a sandbox of bubblewrap. Closing it closes the sandbox. */
export async function bubblewrapWorkspace(
  sandbox: Sandbox,
  { language, files }: CodeWorkspace,
): Promise<Workspace> {
  const runner = runners[language]
  for (const [path, content] of Object.entries(files)) await sandbox.writeFile(path, content)
  const limited = (signal: AbortSignal): ExecOptions => ({
    timeoutMs: limitMs,
    maxOutputBytes: outputBytes,
    env: { PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: '0' },
    signal,
  })
  const run = async (command: readonly string[], signal: AbortSignal): Promise<CommandOutput> =>
    outputOf(await sandbox.exec(command, limited(signal)))
  return {
    sandbox: 'bubblewrap',
    list: async () => (await sandbox.listFiles()).map(({ path }) => path),
    read: async (path) => (await sandbox.readFile(path)).toString('utf8'),
    write: (path, content) => sandbox.writeFile(path, content),
    async call(cases, signal) {
      const mark = randomBytes(16).toString('hex')
      const calls = cases.map(({ module, function: name, args }) => ({ module, name, args }))
      const result = await sandbox.exec(runner.calls, {
        ...limited(signal),
        stdin: JSON.stringify({ mark, calls }),
        maxOutputBytes: 4 * 2 ** 20,
      })
      const outcomes = outcomesOf(result.stdout, mark, cases.length)
      const { note } = outputOf(result)
      // The call under way when time or memory was up is the first without an outcome.
      const unreached = outcomes.indexOf(undefined)
      if (unreached >= 0 && note !== undefined) outcomes[unreached] = { ok: false, error: note }
      return outcomes
    },
    runCode: (code, signal) => run(runner.code(code), signal),
    runCommand: (command, signal) => run(['/bin/sh', '-c', command], signal),
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}
