import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { fileError } from '../../files/file-errors.ts'
import { readJson, writeJson } from '../../files/json-file.ts'
import { parseAs } from '../../schema-error.ts'
import { UserError } from '../../user-error.ts'
import { runFiles } from './run-files.ts'
import { type ReportStage, type RoleCost, reportStages } from './synth-report-data.ts'

const wholeNumber = z.int().nonnegative()
const recordSchema = z.strictObject({
  version: z.literal(1),
  stage: z.enum(reportStages),
  /** Digest of what its output depends on: settings, versions, the files that it read. */
  key: z.string(),
  /** SHA-256 of the files that it wrote, by name. */
  files: z.record(z.string(), z.string()),
  input: wholeNumber,
  output: wholeNumber,
  /** Of the run that finished it. */
  seconds: z.number().nonnegative(),
  /** Chunks of work that ended in an error, by error. */
  lost: z.record(z.string(), wholeNumber),
  costs: z.array(
    z.strictObject({
      role: z.string(),
      model: z.string(),
      requests: wholeNumber,
      promptTokens: wholeNumber,
      completionTokens: wholeNumber,
      cost: z.number().nonnegative(),
    }) satisfies z.ZodType<RoleCost>,
  ),
  /** What the report says of it. */
  details: z.record(z.string(), z.unknown()),
})

/** What a stage has done, `stages/<name>.json` of a run. */
export type StageRecord = Readonly<z.infer<typeof recordSchema>>

const recordFile = (run: string, stage: ReportStage): string => join(runFiles(run).records, `${stage}.json`)

/** @throws UserError for a record that is none, or of a later version */
export async function readStageRecord(run: string, stage: ReportStage): Promise<StageRecord | undefined> {
  const path = recordFile(run, stage)
  if (!existsSync(path)) return undefined
  const value = await readJson(path)
  const version = (value as { readonly version?: unknown } | null)?.version
  if (typeof version === 'number' && version > 1)
    throw new UserError(`${path}: version ${version}, which this tsukimi cannot read yet; take a newer one`)
  return parseAs(recordSchema, value, path)
}

export async function writeStageRecord(run: string, record: StageRecord): Promise<void> {
  const { records } = runFiles(run)
  await mkdir(records, { recursive: true }).catch((error) => {
    throw fileError(error, 'create', records)
  })
  await writeJson(recordFile(run, record.stage), record)
}

/** SHA-256 of a file, in hexadecimal. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  } catch (error) {
    throw fileError(error, 'read', path)
  }
  return hash.digest('hex')
}

/** SHA-256 of files by their names. */
export const fileDigests = async (paths: readonly string[]): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries(
    await Promise.all(paths.map(async (path) => [basename(path), await fileDigest(path)] as const)),
  )
