import { posix } from 'node:path'
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten'
import { javascriptPrelude } from './javascript-prelude.ts'
import type { JavascriptAnswer, JavascriptOutcome, JavascriptRequest } from './javascript-protocol.ts'

/** Bytes; each level of a nested value or call takes some of the thread's own stack, too. */
const stackBytes = 96 * 1024
const longestError = 2000
const jobsAtOnce = 1000

/** A failure inside, as whoever called is told. */
class Failed extends Error {
  /** Whether nothing was thrown. */
  readonly broken: boolean
  constructor(message: string, broken: boolean) {
    super(message)
    this.broken = broken
  }
}

/**
 * What was thrown, in a line. Out of memory, there is nothing left to say it with; QuickJS throws InternalError where its
 * stack or memory ends.
 */
function problem(context: QuickJSContext, thrown: QuickJSHandle, stopped: () => string | undefined): Failed {
  const reason = stopped()
  if (reason !== undefined) return new Failed(reason, true)
  const value: unknown = context.dump(thrown)
  const { name, message } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >
  const text =
    value === null
      ? 'it ran out of memory, or threw null'
      : message === undefined
        ? `it threw ${JSON.stringify(value)}`
        : `${name ?? 'Error'}: ${message}`
  return new Failed(text.slice(0, longestError), value === null || name === 'InternalError')
}

/** Stops a call at its count of steps, and everything when the time is up. */
function budget(runtime: QuickJSRuntime, { limits }: JavascriptRequest) {
  const end = performance.now() + limits.timeoutMs
  let steps = 0
  let reason: string | undefined
  runtime.setInterruptHandler(() => {
    if (++steps > limits.steps) reason = `it was stopped after ${limits.steps} steps without an end`
    else if (performance.now() > end) reason = `it was stopped after ${limits.timeoutMs} ms without an end`
    return reason !== undefined
  })
  return {
    stopped: () => reason,
    begin: () => {
      steps = 0
      reason = undefined
    },
  }
}

type Result = ReturnType<QuickJSContext['evalCode']>

/** How results are taken out of a realm; what was thrown in it is thrown as `Failed`. */
function readers(
  context: QuickJSContext,
  runtime: QuickJSRuntime,
  stopped: () => string | undefined,
  steps: number,
) {
  const unwrap = (result: Result): QuickJSHandle => {
    if (result.error === undefined) return result.value
    using thrown = result.error
    throw problem(context, thrown, stopped)
  }
  /** Does what promises wait for, so many jobs at a time, as long as there are steps left. */
  const doJobs = (): void => {
    for (let turns = 0; runtime.hasPendingJob(); turns++) {
      if (turns > steps) throw new Failed(`it was stopped after ${steps} steps without an end`, true)
      unwrapJobs(runtime.executePendingJobs(jobsAtOnce))
    }
  }
  const unwrapJobs = (result: ReturnType<QuickJSRuntime['executePendingJobs']>): void => {
    if (result.error === undefined) return
    using thrown = result.error
    throw problem(context, thrown, stopped)
  }
  /** The value of a promise, or the value itself; the handle given is not needed any more. */
  const settled = (handle: QuickJSHandle): QuickJSHandle => {
    const at = context.getPromiseState(handle)
    if (at.type === 'fulfilled' && at.notAPromise) return handle
    if (at.type === 'fulfilled') at.value.dispose()
    if (at.type === 'rejected') at.error.dispose()
    try {
      doJobs()
      const state = context.getPromiseState(handle)
      if (state.type === 'pending') throw new Failed(stopped() ?? 'its promise never settles', true)
      if (state.type === 'fulfilled') return state.value
      using thrown = state.error
      throw problem(context, thrown, stopped)
    } finally {
      handle.dispose()
    }
  }
  return { unwrap, settled }
}

/**
 * Makes the calls of a program in a realm of its own: no files, no network, no clock, nothing of the host.
 *
 * @throws RuntimeError or RangeError where the WebAssembly module broke
 */
export function answerProgram(module: QuickJSWASMModule, request: JavascriptRequest): JavascriptAnswer {
  const { program, limits } = request
  using runtime = module.newRuntime()
  runtime.setMaxStackSize(stackBytes)
  runtime.setModuleLoader(
    (name) =>
      Object.hasOwn(program.files, name)
        ? program.files[name]!
        : { error: new Error(`there is no module ${name}`) },
    (base, name) => (name.startsWith('.') ? posix.join(posix.dirname(base), name) : name),
  )
  using context = runtime.newContext()
  const { stopped, begin } = budget(runtime, request)

  const { unwrap, settled } = readers(context, runtime, stopped, limits.steps)

  begin()
  using written = unwrap(context.evalCode(javascriptPrelude(program.seed, program.now), 'prelude'))
  using json = context.getProp(context.global, 'JSON')
  using parse = context.getProp(json, 'parse')
  using stringify = context.getProp(json, 'stringify')
  const call = (fn: QuickJSHandle, ...args: QuickJSHandle[]): QuickJSHandle =>
    unwrap(context.callFunction(fn, context.undefined, ...args))

  const returned = (module: string, name: string, args: readonly unknown[]): unknown => {
    const source = `import * as it from ${JSON.stringify(module)}; export { it }`
    using exported = settled(unwrap(context.evalCode(source, 'call.js', { type: 'module' })))
    using found = context.getProp(exported, 'it')
    using fn = context.getProp(found, name)
    if (context.typeof(fn) !== 'function') throw new Failed(`${module} exports no function ${name}`, true)
    const handles = args.map((arg) => {
      using text = context.newString(JSON.stringify(arg))
      return call(parse, text)
    })
    try {
      using result = settled(call(fn, ...handles))
      using text = call(stringify, result)
      return context.typeof(text) === 'string' ? JSON.parse(context.getString(text)) : undefined
    } finally {
      for (const handle of handles) handle.dispose()
    }
  }

  const outcomes = program.calls.map(({ module, name, args }): JavascriptOutcome => {
    begin()
    try {
      return { ok: true, value: returned(module, name, args) }
    } catch (error) {
      if (!(error instanceof Failed)) throw error
      return { ok: false, error: error.message, ...(error.broken && { broken: true as const }) }
    }
  })
  begin()
  using output = call(written)
  return { outcomes, output: context.getString(output) }
}
