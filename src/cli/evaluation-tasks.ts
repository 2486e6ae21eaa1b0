import { readTasks } from '../synth/tasks/task-files.ts'
import { UserError } from '../user-error.ts'
import type { Task, TaskFamily } from '../world/task.ts'

export interface EvaluationTasks {
  /** The first of each family, then the second ones, and so on. */
  readonly tasks: readonly Task[]
  /** Tasks of the file with code or scripts, which need a sandbox that evaluations do not have. */
  readonly leftOut: number
}

const needsSandbox = ({ code, application }: Task): boolean =>
  code !== undefined || application.tools.some(({ semantics }) => semantics?.kind === 'script')

/**
 * Tasks of a file, at most `count`, spread over its families.
 *
 * @throws UserError for a file that cannot be read, a line that is no task, and where no task is left
 */
export async function readEvaluationTasks(path: string, count: number): Promise<EvaluationTasks> {
  const families = new Map<TaskFamily, Task[]>()
  let leftOut = 0
  for await (const task of readTasks(path)) {
    const own = families.get(task.family) ?? []
    families.set(task.family, own)
    if (needsSandbox(task)) leftOut++
    else if (own.length < count) own.push(task)
  }
  const ranked = [...families.values()].flatMap((own) => own.map((task, rank) => ({ task, rank })))
  const tasks = ranked.toSorted((a, b) => a.rank - b.rank).slice(0, count)
  if (tasks.length === 0)
    throw new UserError(
      leftOut > 0
        ? `${path}: all ${leftOut} tasks need a sandbox, which an evaluation does not have`
        : `${path}: there is no task here`,
    )
  return { tasks: tasks.map(({ task }) => task), leftOut }
}
