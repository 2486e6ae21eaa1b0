import { basename, join } from 'node:path'
import type { ProcessGroup } from '../files/process-group.ts'
import { type Checkpoint, type CheckpointOptions, runFiles, writeCheckpoint } from './run-directory.ts'

/**
 * Adds the checkpoint of a step that all processes of a group write: process 0 makes the directory and gives it its name
 * when all are done, so that it is whole or not at all.
 *
 * @param write fills the directory that it is given, in every process
 * @throws UserError where the file system refuses, or another process failed
 */
export async function writeCheckpointTogether(
  group: ProcessGroup,
  runDir: string,
  step: number,
  write: (directory: string) => Promise<void>,
  options: CheckpointOptions = {},
): Promise<Checkpoint> {
  const [begun, done] = [
    `the checkpoint of step ${step} begins`,
    `the checkpoint of step ${step} is in place`,
  ]
  if (group.id === 0) {
    const fill = async (directory: string): Promise<void> => {
      await group.exchange(begun, basename(directory))
      await write(directory)
    }
    const checkpoint = await writeCheckpoint(runDir, step, fill, options)
    await group.exchange(done, basename(checkpoint.path))
    return checkpoint
  }
  const { checkpoints } = runFiles(runDir)
  const [temporary] = await group.exchange(begun)
  await write(join(checkpoints, temporary!))
  const [name] = await group.exchange(done)
  return { step, path: join(checkpoints, name!) }
}
