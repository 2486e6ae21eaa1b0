import type { Application } from '../../world/application.ts'
import { readApplications } from '../tools/application-schema.ts'
import { runFiles } from './run-files.ts'
import { fileDigest, readStageRecord } from './stage-record.ts'

/**
 * The applications of a run. Schemas of tools are checked again only where the file is not as the run wrote it.
 *
 * @throws UserError naming file and line
 */
export async function* readRunApplications(run: string): AsyncGenerator<Application> {
  const path = runFiles(run).applications
  const record = await readStageRecord(run, 'tools')
  const isOurs = record !== undefined && record.files['applications.jsonl'] === (await fileDigest(path))
  yield* readApplications(path, { schemas: !isOurs })
}
