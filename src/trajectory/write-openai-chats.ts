import { writeFileAtomic, writeFully } from '../files/atomic-file.ts'
import { leaves } from './leaves.ts'
import { toOpenAiChat } from './openai-chat.ts'
import type { Trajectory } from './trajectory.ts'

/**
 * Writes trajectories as lines of OpenAI's chat JSONL, one for each end of a trajectory, whole or not at all.
 *
 * @returns numbers of trajectories and of lines
 * @throws UserError where the file system refuses
 */
export async function writeOpenAiChats(
  path: string,
  trajectories: Iterable<Trajectory> | AsyncIterable<Trajectory>,
): Promise<{ readonly trajectories: number; readonly chats: number }> {
  let [read, chats] = [0, 0]
  await writeFileAtomic(path, async (file) => {
    for await (const trajectory of trajectories) {
      read++
      for (const leaf of leaves(trajectory)) {
        const line = JSON.stringify(toOpenAiChat(trajectory, leaf))
        await writeFully(file, new TextEncoder().encode(`${line}\n`))
        chats++
      }
    }
  })
  return { trajectories: read, chats }
}
