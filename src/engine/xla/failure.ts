import { UserError } from '../../user-error.ts'
import type { Home } from './home.ts'
import { outOfMemory, type ProgramMemory } from './out-of-memory.ts'
import { meansLostDevice, PjrtError } from './pjrt-error.ts'

/** An error of a run or of a copy, said so that the user knows what to do. `what` was under way. */
export function readableError(home: Home, error: unknown, what: string, program?: ProgramMemory): Error {
  if (error instanceof PjrtError && error.code === 'RESOURCE_EXHAUSTED')
    return new UserError(outOfMemory(home, error, what, program), { cause: error })
  if (meansLostDevice(error))
    return new Error(
      `${what}: a device failed or was lost, and this process cannot use it any more. ` +
        `Start again from the last checkpoint. ${error.message}`,
      { cause: error },
    )
  return new Error(`${what}: ${error instanceof Error ? error.message : error}`, { cause: error })
}
