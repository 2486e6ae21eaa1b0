import { koffi } from '../ffi/koffi.ts'

/** SIGPROF and SIG_BLOCK of Linux on every processor that plugins are built for. */
const [SIGPROF, SIG_BLOCK] = [27, 0]
const SIGNAL_SET_BYTES = 128

let blocked = false

/**
 * Keeps the process's exit code what it should be. libtpu profiles itself by a timer and a handler of SIGPROF; Node
 * puts handlers back to their defaults while it ends, and the default for this signal is to kill.
 */
export function blockProfilingSignalAtExit(): void {
  if (blocked || process.platform !== 'linux') return
  blocked = true
  const mask = koffi.load(null).func('int pthread_sigmask(int how, const void *set, void *old)')
  process.on('exit', () => {
    const signals = new Uint8Array(SIGNAL_SET_BYTES)
    signals[(SIGPROF - 1) >> 3] = 1 << ((SIGPROF - 1) & 7)
    mask(SIG_BLOCK, signals, null)
  })
}
