import { statSync } from 'node:fs'
import { UserError } from '../../user-error.ts'
import { koffi, loadLibrary } from '../ffi/koffi.ts'
import type { Address } from '../ffi/native-function.ts'
import { blockProfilingSignalAtExit } from './profiling-signal.ts'

/**
 * The table of functions of a plugin, `const PJRT_Api*`.
 *
 * @throws UserError if the file is missing, is no shared library, or exports no `GetPjrtApi`
 */
export function openPlugin(path: string): Address {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new UserError(`${path}: no such file; give the path of a PJRT plugin (a shared library)`)
  // Read when the library is loaded: the notes that XLA logs at every start are no news to the user.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  const library = open(path)
  try {
    return library.func('void *GetPjrtApi()')()
  } catch (cause) {
    throw new UserError(
      `${path} is a shared library, but no PJRT plugin: it has no function GetPjrtApi. ` +
        'Plugins are xla_cuda_plugin.so of jax-cuda13-pjrt and libtpu.so of libtpu',
      { cause },
    )
  }
}

function open(path: string) {
  try {
    const library = loadLibrary(path)
    pin(path)
    blockProfilingSignalAtExit()
    return library
  } catch (cause) {
    throw new UserError(`${path} cannot be loaded as a PJRT plugin: ${reason(cause)}`, { cause })
  }
}

const RTLD_LAZY = 1

/** koffi unloads its libraries when Node ends, while a plugin's threads still run in them. One more handle prevents that. */
function pin(path: string): void {
  koffi.load(null).func('void *dlopen(const char *path, int flags)')(path, RTLD_LAZY)
}

const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/^Failed to load shared library: /, '')
