import { digestOf } from '../files/digest.ts'
import type { AnyStage } from './stage.ts'

/**
 * The name of a unit of work: what its output depends on, as a digest.
 *
 * @param input the digest of the input's canonical JSON
 */
export const unitKey = (stage: AnyStage, input: string): string =>
  digestOf({ stage: stage.name, version: stage.version, settings: stage.settings ?? null, input })

/** A queue for each stage, version and settings: who works on it would give the same outputs. */
export function queueOf(stage: AnyStage): string {
  for (const text of [stage.name, stage.version])
    if (!/^[\w.-]+(\/[\w.-]+)*$/.test(text))
      throw new Error(`"${text}" is no name of a stage or version: expected letters, digits, _ - . and /`)
  const settings = stage.settings === undefined ? '' : `/${digestOf(stage.settings).slice(0, 12)}`
  return `${stage.name}/${stage.version}${settings}`
}

/** The first 128 bits of a key as the queue's id of the job, so that no unit is queued twice. */
export const jobIdOf = (key: string): string =>
  key.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
