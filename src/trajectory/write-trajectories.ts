import { rm } from 'node:fs/promises'
import { writeFileAtomic, writeFully } from '../files/atomic-file.ts'
import { tokenFileHeader, tokenFilePath } from './token-file.ts'
import type { Trajectory } from './trajectory.ts'
import { writeTrajectoryLine } from './trajectory-line.ts'

/**
 * Writes trajectories as they come: a line each, and their tokens, if they have any, to the side-car. Both files are
 * written whole or not at all.
 *
 * @returns how many they were
 * @throws UserError for a trajectory that contradicts itself, and where the file system refuses
 */
export async function writeTrajectories(
  path: string,
  trajectories: Iterable<Trajectory> | AsyncIterable<Trajectory>,
): Promise<number> {
  const sideCar = tokenFilePath(path)
  let count = 0
  await writeFileAtomic(path, async (lines) => {
    let offset = tokenFileHeader.length
    await writeFileAtomic(sideCar, async (tokens) => {
      await writeFully(tokens, tokenFileHeader)
      for await (const trajectory of trajectories) {
        const text = writeTrajectoryLine(trajectory, offset, path)
        await writeFully(tokens, text.tokens)
        await writeFully(lines, text.line)
        offset += text.tokens.length
        count++
      }
      // After this only names change: a full disk leaves both files as they were.
      await lines.sync()
    })
    if (offset === tokenFileHeader.length) await rm(sideCar)
  })
  return count
}
