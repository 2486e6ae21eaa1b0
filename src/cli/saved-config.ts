import { existsSync } from 'node:fs'
import { runFiles } from '../checkpoint/run-directory.ts'
import { readJson } from '../files/json-file.ts'
import type { ConfigOverride } from '../train/config-override.ts'
import { resolveRunConfig } from '../train/resolve-run-config.ts'
import type { RunConfig } from '../train/run-config.ts'
import { UserError } from '../user-error.ts'

/** The config of a run that goes on: as it was begun, and with the command line's changes. @throws UserError */
export async function savedConfig(
  runDir: string,
  overrides: readonly ConfigOverride[],
): Promise<{ readonly saved: RunConfig; readonly config: RunConfig }> {
  const path = runFiles(runDir).config
  if (!existsSync(path))
    throw new UserError(`${runDir}: no run to resume here (no config.json); leave out --resume to begin one`)
  const file = { path, content: await readJson(path) }
  return { saved: resolveRunConfig({ file }), config: resolveRunConfig({ file, overrides }) }
}

/** @throws UserError where a run has begun already */
export function refuseBegun(runDir: string): void {
  if (existsSync(runFiles(runDir).config))
    throw new UserError(
      `${runDir} holds a run already: go on with --resume, or choose another directory with --out`,
    )
}
