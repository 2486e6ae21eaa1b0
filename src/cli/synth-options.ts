import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import { fileError } from '../files/file-errors.ts'
import { readJsonObject } from '../files/json-file.ts'
import { runFiles } from '../synth/pipeline/run-files.ts'
import { readSynthConfig, type SynthConfig, type SynthConfigInput } from '../synth/pipeline/synth-config.ts'
import { UserError } from '../user-error.ts'

/** Options of `tsukimi synth` as Commander gives them. */
export interface SynthOptions {
  readonly run: string
  readonly seed?: number
  readonly tools?: number
  readonly agents?: number
  readonly tasks?: number
  readonly samples?: number
  readonly codeShare?: number
  readonly roles?: string
  readonly mcp?: string
  readonly evaluation?: readonly string[]
  readonly concurrency?: number
  readonly store?: string
  readonly json?: true
}

/** A JSON or YAML file. */
async function readSettings(path: string): Promise<unknown> {
  if (path.endsWith('.json')) return await readJsonObject(path)
  const text = await readFile(path, 'utf8').catch((error) => {
    throw fileError(error, 'read', path)
  })
  try {
    return parse(text)
  } catch (error) {
    throw new UserError(`${path}: neither JSON nor YAML: ${(error as Error).message.split('\n')[0]}`)
  }
}

/** The roles of a file: under `roles`, or the whole of it. */
async function rolesOf(path: string): Promise<unknown> {
  const value = await readSettings(path)
  if (typeof value !== 'object' || value === null)
    throw new UserError(`${path}: expected roles by their names, or "roles" with them`)
  return 'roles' in value ? value.roles : value
}

const defined = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/**
 * The settings of a run: those of its `config.json`, with what options say instead.
 *
 * @throws UserError with a line for each mistake
 */
export async function synthConfigOf(options: SynthOptions): Promise<SynthConfig> {
  const path = runFiles(options.run).config
  const before: SynthConfigInput = existsSync(path) ? await readJsonObject(path) : {}
  // What is wrong in the file is said before options are laid over it.
  readSynthConfig(before, path)
  const { tools, agents, tasks, samples, codeShare, seed, mcp, evaluation } = options
  const input = {
    ...before,
    ...defined({ seed, mcp: mcp && resolve(mcp), evaluation: evaluation?.map((file) => resolve(file)) }),
    counts: { ...before.counts, ...defined({ tools, agents, tasks, samples }) },
    code: { ...before.code, ...defined({ share: codeShare }) },
    ...(options.roles !== undefined && { roles: await rolesOf(options.roles) }),
  }
  return readSynthConfig(input, options.roles ?? path)
}
