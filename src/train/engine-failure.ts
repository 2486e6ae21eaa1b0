import { latestCheckpoint } from '../checkpoint/run-directory.ts'
import type { Engine } from '../engine/engine.ts'
import { UserError } from '../user-error.ts'

/** What a run or a read on the engine was rejected with: a lost device, too little memory, a numeric library's fault. */
class EngineFailure extends Error {
  override name = 'EngineFailure'
}

const marked = (cause: unknown): EngineFailure =>
  cause instanceof EngineFailure
    ? cause
    : new EngineFailure(cause instanceof Error ? cause.message : String(cause), { cause })

/** Marks what the engine rejects with, so that it is told from a mistake of the program around it. */
export async function fromEngine<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw marked(cause)
  }
}

/** The same for what the engine does at once. */
export function atOnceFromEngine<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw marked(cause)
  }
}

/** Where a run can go on from after it stopped. */
export async function lastGood(runDir: string): Promise<string> {
  const good = await latestCheckpoint(runDir)
  return good === undefined
    ? 'there is no checkpoint yet'
    : `the last good checkpoint is ${good.path} (step ${good.step})`
}

/** A failure of the engine as an error for the user, with the checkpoint that is left; other errors as they are. */
export async function explained(error: unknown, runDir: string, engine: Engine): Promise<unknown> {
  if (!(error instanceof EngineFailure)) return error
  const again =
    (await latestCheckpoint(runDir)) === undefined
      ? ''
      : ` Go on with: tsukimi pretrain --resume --out ${runDir}`
  return new UserError(
    `The engine ${engine.name} failed: ${error.message}. Nothing was overwritten; ${await lastGood(runDir)}.${again}`,
    { cause: error.cause },
  )
}
