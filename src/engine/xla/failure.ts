import { UserError } from '../../user-error.ts'
import type { Home } from './home.ts'
import { outOfMemory, type ProgramMemory } from './out-of-memory.ts'
import { meansLostDevice, PjrtError } from './pjrt-error.ts'

/** An error of the compiler, which says nothing of the devices. */
export const compileError = (home: Home, error: unknown, what: string): Error =>
  outOfMemoryError(home, error, what) ??
  (error instanceof PjrtError
    ? new UserError(
        `${what}: XLA cannot compile it for ${home.client.devices[0]?.kind ?? 'this device'}: ${error.message}. ` +
          'If a kernel is what it lacks, TSUKIMI_XLA_KERNELS=none computes without ours',
        { cause: error },
      )
    : plainError(error, what))

/** An error of a run or of a copy, said so that the user knows what to do. `what` was under way. */
export function readableError(home: Home, error: unknown, what: string, program?: ProgramMemory): Error {
  const tooLarge = outOfMemoryError(home, error, what, program)
  if (tooLarge !== undefined) return tooLarge
  if (meansLostDevice(error)) {
    const lost = new UserError(
      `${what}: a device failed or was lost, and this process cannot use it any more. ` +
        `Start again from the last checkpoint. ${error.message}`,
      { cause: error },
    )
    // Whoever learns it first says it for all that comes after.
    home.failure ??= lost
    return lost
  }
  return plainError(error, what)
}

const outOfMemoryError = (home: Home, error: unknown, what: string, program?: ProgramMemory) =>
  error instanceof PjrtError && error.code === 'RESOURCE_EXHAUSTED'
    ? new UserError(outOfMemory(home, error, what, program), { cause: error })
    : undefined

const plainError = (error: unknown, what: string): Error =>
  new Error(`${what}: ${error instanceof Error ? error.message : error}`, { cause: error })
