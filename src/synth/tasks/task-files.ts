import { readJsonLines } from '../../files/json-lines.ts'
import { writeJsonLines } from '../../files/write-json-lines.ts'
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

/** Writes tasks as JSONL as they come, the file whole or not at all; gives their number. */
export const writeTasks = (path: string, tasks: Iterable<Task> | AsyncIterable<Task>): Promise<number> =>
  writeJsonLines(path, tasks)
