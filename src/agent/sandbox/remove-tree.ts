import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Removes a tree, also where its owner has taken away its permissions, and where it is deeper than a path can be long:
 * the system's own programs go down it directory by directory.
 */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(async () => {
    await run('chmod', ['-R', 'u+rwX', '--', path]).catch(() => {})
    await run('rm', ['-rf', '--', path])
  })
}
