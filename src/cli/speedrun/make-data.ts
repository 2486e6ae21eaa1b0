import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { chatText } from '../../chat/chat-tokens.ts'
import { writeJson } from '../../files/json-file.ts'
import { writeJsonLines } from '../../files/write-json-lines.ts'
import { starterTask } from '../../synth/starter/starter-task.ts'
import { starterTrajectories } from '../../synth/starter/starter-trajectories.ts'
import { starterWorld } from '../../synth/starter/starter-world.ts'
import { writeTasks } from '../../synth/tasks/task-files.ts'
import { readTrajectories } from '../../trajectory/read-trajectories.ts'
import { conversation, type Trajectory } from '../../trajectory/trajectory.ts'
import { writeOpenAiChats } from '../../trajectory/write-openai-chats.ts'
import { writeTrajectories } from '../../trajectory/write-trajectories.ts'
import type { Task } from '../../world/task.ts'
import { grouped } from '../number-format.ts'
import { startProgress } from '../progress.ts'
import type { SpeedrunFiles } from './speedrun-files.ts'
import {
  dataSeed,
  heldOutSeed,
  progressSeed,
  progressTasks,
  tokenizerConversations,
} from './speedrun-recipe.ts'

/** A conversation as the tokenizer meets it: the template's words, without its marks. */
const plainText = (trajectory: Trajectory): string =>
  chatText(conversation(trajectory), { tools: trajectory.tools, toolStyle: 'typescript' })
    .replaceAll(/<\|\w+\|>/g, '\n')
    .replaceAll(/\n+/g, '\n')

async function* texts(path: string): AsyncGenerator<{ readonly text: string }> {
  let count = 0
  for await (const trajectory of readTrajectories(path)) {
    if (count++ === tokenizerConversations) return
    yield { text: plainText(trajectory) }
  }
}

const heldOutTasks = (seed: number, count: number): Task[] =>
  Array.from({ length: count }, (_, index) => starterTask({ seed, index, split: 'heldOut' }))

/**
 * Synthesises tasks and their solutions, and what is made of them. The conversations are written last: who finds them
 * finds all.
 */
export async function makeData(
  files: SpeedrunFiles,
  counts: { readonly conversations: number; readonly tasks: number },
  signal: AbortSignal,
): Promise<void> {
  await mkdir(files.data, { recursive: true })
  if (!existsSync(files.progressTasks))
    await writeTasks(files.progressTasks, heldOutTasks(progressSeed, progressTasks))
  if (existsSync(files.conversations)) return
  const progress = startProgress('conversations', counts.conversations)
  const made = starterTrajectories({
    seed: dataSeed,
    count: counts.conversations,
    signal,
    onProgress: (done) => progress.update(done),
  })
  const kept = await writeTrajectories(files.trajectories, made)
  await writeJsonLines(files.text, texts(files.trajectories))
  await writeTasks(files.heldOutTasks, heldOutTasks(heldOutSeed, counts.tasks))
  await writeJson(files.world, starterWorld(heldOutSeed))
  await writeOpenAiChats(files.conversations, readTrajectories(files.trajectories))
  progress.finish(
    `data: ${grouped(kept)} of ${grouped(counts.conversations)} tasks solved by their plans, as conversations; ${grouped(counts.tasks)} tasks held out`,
  )
}
