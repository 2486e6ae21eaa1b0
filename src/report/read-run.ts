import { access } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { z } from 'zod'
import { readMetrics } from '../checkpoint/metrics-log.ts'
import { runFiles } from '../checkpoint/run-directory.ts'
import { taskResultsSchema } from '../eval/task-results.ts'
import { readJson, readJsonObject } from '../files/json-file.ts'
import { parseAs } from '../schema-error.ts'
import { UserError } from '../user-error.ts'
import { type RunData, stepRecordSchema, summarySchema, timingSchema } from './run-data.ts'

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Records in order of step; of several for one step, which a resumed run may leave, the last. */
async function readRecords<T extends { readonly step: number }>(
  path: string,
  schema: z.ZodType<T>,
): Promise<T[]> {
  const byStep = new Map<number, T>()
  for (const record of await readMetrics(path))
    byStep.set(record.step, parseAs(schema, record, `${path}, step ${record.step}`))
  return [...byStep.values()].sort((a, b) => a.step - b.step)
}

/**
 * Reads what a run has written so far.
 *
 * @throws UserError when the directory is not a run's, or a file in it is damaged
 */
export async function readRun(runDir: string): Promise<RunData> {
  const { config, metrics } = runFiles(runDir)
  const [summary, tasks] = ['summary.json', 'tasks.json'].map((name) => join(runDir, name)) as [
    string,
    string,
  ]
  if (!(await exists(runDir)))
    throw new UserError(`${runDir}: no such directory; give the directory of a run`)
  const [hasConfig, hasMetrics, hasSummary, hasTasks] = await Promise.all(
    [config, metrics, summary, tasks].map(exists),
  )
  if (!hasMetrics)
    throw new UserError(
      hasConfig
        ? `${runDir}: this run has no metrics yet (metrics.jsonl); try again after its first step`
        : `${runDir}: not a run: it has neither config.json nor metrics.jsonl; give the directory that a training run wrote`,
    )
  return {
    name: basename(resolve(runDir)),
    config: hasConfig ? await readJsonObject(config) : null,
    steps: await readRecords(metrics, stepRecordSchema),
    timings: await readRecords(join(runDir, 'timings.jsonl'), timingSchema),
    summary: hasSummary ? parseAs(summarySchema, await readJson(summary), summary) : null,
    tasks: hasTasks ? parseAs(taskResultsSchema, await readJson(tasks), tasks) : null,
  }
}
