import { existsSync, readdirSync } from 'node:fs'
import { UserError } from '../../user-error.ts'

/** @throws UserError where a new speedrun would mix with what is there, or there is none to go on with */
export function refuseTaken(directory: string, resume: boolean): void {
  const isTaken = existsSync(directory) && readdirSync(directory).length > 0
  if (isTaken && !resume)
    throw new UserError(
      `${directory} is not empty: go on with --resume, or choose another directory with --out`,
    )
  if (!isTaken && resume) throw new UserError(`${directory}: no speedrun to go on with`)
}
