import { existsSync, readdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { z } from 'zod'
import { fileError } from '../../files/file-errors.ts'
import { readJson, writeJson } from '../../files/json-file.ts'
import { parseAs } from '../../schema-error.ts'
import { UserError } from '../../user-error.ts'
import { speedrunFiles } from './speedrun-files.ts'

const override = z.strictObject({ path: z.array(z.string()).min(1), value: z.unknown(), source: z.string() })

const schema = z.strictObject({
  conversations: z.int().min(1).optional(),
  tasks: z.int().min(1).optional(),
  /** Changes to pre-training and to fine-tuning. */
  set: z.strictObject({ base: z.array(override), sft: z.array(override) }),
})

/** What a speedrun is begun with, and goes on with. */
export type SpeedrunSettings = z.output<typeof schema>

function entries(directory: string): readonly string[] {
  try {
    return existsSync(directory) ? readdirSync(directory) : []
  } catch (error) {
    throw fileError(error, 'read', directory)
  }
}

/**
 * Begins a speedrun's directory, which keeps its settings.
 *
 * @throws UserError where the directory has something in it, or cannot be made
 */
export async function beginSpeedrun(directory: string, settings: SpeedrunSettings): Promise<void> {
  if (entries(directory).length > 0)
    throw new UserError(
      `${directory} is not empty: go on with --resume, or choose another directory with --out`,
    )
  await mkdir(directory, { recursive: true }).catch((error: unknown) => {
    throw fileError(error, 'make', directory)
  })
  await writeJson(speedrunFiles(directory).settings, settings)
}

/**
 * What a speedrun was begun with.
 *
 * @throws UserError where there is none, or something else is to be changed now
 */
export async function resumedSettings(directory: string, given: SpeedrunSettings): Promise<SpeedrunSettings> {
  const { settings } = speedrunFiles(directory)
  if (!existsSync(settings)) throw new UserError(`${directory}: no speedrun to go on with (no speedrun.json)`)
  const isChanged =
    given.conversations !== undefined ||
    given.tasks !== undefined ||
    given.set.base.length + given.set.sft.length > 0
  if (isChanged)
    throw new UserError(
      '--resume goes on with what the speedrun was begun with: leave out --conversations, --tasks, --set and --set-sft',
    )
  return parseAs(schema, await readJson(settings), settings)
}
