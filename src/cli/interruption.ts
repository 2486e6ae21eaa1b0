/** Exit code of a program that Ctrl-C ended. */
export const interruptedCode = 130

/**
 * Turns the first Ctrl-C (or SIGTERM) into an abort, so that work can be saved; the second ends the program at once.
 *
 * @param message said at the first, where it is a function as things stand then
 */
export function onInterrupt(message: string | (() => string)): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController()
  const handle = (): void => {
    if (controller.signal.aborted) process.exit(interruptedCode)
    process.stderr.write(`\n${typeof message === 'string' ? message : message()}\n`)
    controller.abort()
  }
  process.on('SIGINT', handle)
  process.on('SIGTERM', handle)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', handle)
      process.off('SIGTERM', handle)
    },
  }
}
