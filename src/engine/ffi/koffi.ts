import koffi, { type LibraryHandle } from 'koffi'

/**
 * Native code runs on a stack that koffi provides; graph optimisers and compilers recurse deeply. Memory is only
 * touched where it is used.
 */
koffi.config({ sync_stack_size: 8 << 20, async_stack_size: 8 << 20 })

const libraries = new Map<string, LibraryHandle>()

/**
 * A shared library, loaded for as long as the process lives: koffi unloads one whose handle is garbage, although
 * functions bound by address are still in use.
 */
export function loadLibrary(path: string): LibraryHandle {
  const library = libraries.get(path) ?? koffi.load(path)
  libraries.set(path, library)
  return library
}

export { koffi }
