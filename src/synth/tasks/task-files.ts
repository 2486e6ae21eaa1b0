import { writeFileAtomic, writeFully } from '../../files/atomic-file.ts'
import { readJsonLines } from '../../files/json-lines.ts'
import type { Task } from '../../world/task.ts'
import { readTask } from './task-schema.ts'

/**
 * The tasks of a JSONL file in order.
 *
 * @throws UserError with file and line where a line is no task
 */
export async function* readTasks(path: string): AsyncGenerator<Task> {
  for await (const { line, value } of readJsonLines(path)) yield readTask(value, `${path}:${line}`)
}

/** Bytes that are written at once. */
const blockSize = 1 << 20

/** Writes tasks as JSONL as they come, the file whole or not at all; gives their number. */
export async function writeTasks(path: string, tasks: Iterable<Task> | AsyncIterable<Task>): Promise<number> {
  let count = 0
  await writeFileAtomic(path, async (file) => {
    const encoder = new TextEncoder()
    let block = ''
    for await (const task of tasks) {
      block += `${JSON.stringify(task)}\n`
      count++
      if (block.length < blockSize) continue
      await writeFully(file, encoder.encode(block))
      block = ''
    }
    await writeFully(file, encoder.encode(block))
  })
  return count
}
