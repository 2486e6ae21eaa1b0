import { extname } from 'node:path'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type {
  JavascriptAnswer,
  JavascriptLimits,
  JavascriptOutcome,
  JavascriptProgram,
  JavascriptReply,
  JavascriptRequest,
} from './javascript-protocol.ts'

const defaultJavascriptLimits: JavascriptLimits = {
  timeoutMs: 10_000,
  memoryBytes: 32 * 2 ** 20,
  steps: 1000,
}

/** 2025-01-01, where nothing else is asked for. */
const defaultNow = Date.UTC(2025, 0, 1)
/** Milliseconds that a thread may take to begin, and to answer after its own limit. */
const [beginLimit, lateLimit] = [30_000, 500]

interface Thread {
  readonly worker: Worker
  readonly port: MessagePort
  readonly said: Int32Array
  readonly memoryBytes: number
}

function startThread(memoryBytes: number): Thread {
  const said = new Int32Array(new SharedArrayBuffer(4))
  const { port1, port2 } = new MessageChannel()
  const file = new URL(`./javascript-worker${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(file, {
    execArgv: [],
    env: {},
    name: 'javascript',
    workerData: { port: port2, said, memoryBytes },
    transferList: [port2],
  })
  worker.on('error', () => {})
  worker.unref()
  port1.unref()
  return { worker, port: port1, said, memoryBytes }
}

/** Waits, without the event loop, until a thread has said something for the n-th time. */
function untilSaid({ said }: Thread, times: number, limit: number): boolean {
  const end = performance.now() + limit
  for (let now = Atomics.load(said, 0); now < times; now = Atomics.load(said, 0))
    if (performance.now() > end || Atomics.wait(said, 0, now, end - performance.now()) === 'timed-out')
      return Atomics.load(said, 0) >= times
  return true
}

export type ScriptResult =
  | { readonly ok: true; readonly result: unknown; readonly state: unknown }
  /** Broken: the script threw nothing itself, but was stopped, left nothing, or could not be called. */
  | { readonly ok: false; readonly error: string; readonly broken?: true }

export interface ScriptOptions extends Partial<JavascriptLimits> {
  /** Of Math.random. Default 0. */
  readonly seed?: number
  /** Milliseconds since 1970 that the clock shows. Default 2025-01-01. */
  readonly now?: number
}

/** QuickJS in a thread of its own, which is begun when it is needed and begun anew when it hangs or breaks. */
export interface Javascript extends Disposable {
  /**
   * Calls functions of modules. The caller's thread waits.
   *
   * A program that never ends, takes too much memory or throws is an outcome; nothing is thrown.
   */
  run(
    program: Pick<JavascriptProgram, 'files' | 'calls'> & Partial<JavascriptProgram>,
    limits?: Partial<JavascriptLimits>,
  ): JavascriptAnswer
  /**
   * Runs the script of a tool, `(args, state) => ({ result, state })`. Without a state in what it returns, that is as
   * it was.
   */
  runScript(
    source: string,
    args: Readonly<Record<string, unknown>>,
    state: unknown,
    options?: ScriptOptions,
  ): ScriptResult
}

/** A script as a module whose default export it is. */
const scriptModule = (source: string): string => `export default (\n${source.replace(/[;\s]+$/, '')}\n)`

function scriptResult(outcome: JavascriptOutcome, state: unknown): ScriptResult {
  if (!outcome.ok) return outcome
  const { value } = outcome
  if (typeof value !== 'object' || value === null || !('result' in value || 'state' in value))
    return { ok: false, error: 'the script must return { result, state }', broken: true }
  return {
    ok: true,
    result: 'result' in value ? value.result : null,
    state: 'state' in value ? value.state : state,
  }
}

/**
 * Runs JavaScript that nobody vouches for, apart from everything.
 *
 * @param options beginMs: milliseconds that a thread may take to begin
 */
export function openJavascript({ beginMs = beginLimit } = {}): Javascript {
  let thread: Thread | undefined
  let requests = 0
  const drop = (): void => {
    thread?.port.close()
    void thread?.worker.terminate()
    thread = undefined
  }
  const broken = (reason: string): Error => {
    drop()
    return new Error(`the thread for JavaScript ${reason}`)
  }
  const failed = (program: JavascriptProgram, error: string): JavascriptAnswer => {
    drop()
    return { outcomes: program.calls.map(() => ({ ok: false, error, broken: true })), output: '' }
  }
  const run: Javascript['run'] = (given, givenLimits = {}) => {
    const program = { seed: 0, now: defaultNow, ...given }
    const limits = { ...defaultJavascriptLimits, ...givenLimits }
    if (thread?.memoryBytes !== limits.memoryBytes) drop()
    if (thread === undefined) {
      thread = startThread(limits.memoryBytes)
      if (!untilSaid(thread, 1, beginMs)) throw broken('did not begin')
    }
    const replies = Atomics.load(thread.said, 0)
    const id = requests++
    thread.port.postMessage({ id, program, limits } satisfies JavascriptRequest)
    if (!untilSaid(thread, replies + 1, limits.timeoutMs + lateLimit))
      return failed(program, `it was stopped after ${limits.timeoutMs} ms without an end`)
    const reply = receiveMessageOnPort(thread.port)?.message as JavascriptReply | undefined
    if (reply?.id !== id) throw broken(reply === undefined ? 'sent nothing' : 'answered another request')
    if ('error' in reply) return failed(program, `it broke the interpreter: ${reply.error}`)
    return reply.answer
  }
  return {
    run,
    runScript(source, args, state, { seed, now, ...limits } = {}) {
      const { outcomes } = run(
        {
          files: { 'tool.js': scriptModule(source) },
          calls: [{ module: 'tool.js', name: 'default', args: [args, state] }],
          ...(seed !== undefined && { seed }),
          ...(now !== undefined && { now }),
        },
        limits,
      )
      return scriptResult(outcomes[0]!, state)
    },
    [Symbol.dispose]: drop,
  }
}
