import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readJson, writeJson } from '../../src/files/json-file.ts'
import { type ArmPoint, type ArmResult, measureArm } from './measure-arm.ts'
import { type ArmName, arms, domain, settings } from './settings.ts'

const digest = createHash('sha256')
  .update(JSON.stringify([settings, arms, domain]))
  .digest('hex')

/** Arms that were measured with the same settings are kept below the working directory, and not measured again. */
const directory = join('.tsukimi', 'experiments', 'rephrase', digest.slice(0, 16))

export async function keptArm(
  arm: ArmName,
  seed: number,
  onPoint: (point: ArmPoint) => void,
): Promise<ArmResult> {
  const path = join(directory, `${seed}-${arm.replaceAll(' ', '-')}.json`)
  if (existsSync(path)) return (await readJson(path)) as ArmResult
  const result = await measureArm(arm, seed, onPoint)
  await mkdir(directory, { recursive: true })
  await writeJson(path, result)
  return result
}
