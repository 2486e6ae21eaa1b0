import { writeJsonLines } from '../../files/write-json-lines.ts'
import type { Application } from '../../world/application.ts'

/**
 * Writes applications as they come, one on each line; the file appears whole or not at all.
 *
 * @returns how many there were
 * @throws UserError where the file system refuses
 */
export const writeApplications = (
  path: string,
  applications: Iterable<Application> | AsyncIterable<Application>,
): Promise<number> => writeJsonLines(path, applications)
