import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileError } from '../files/file-errors.ts'

const isWeightFile = (name: string): boolean => /^model.*\.safetensors$/.test(name)

/** SHA-256, in hexadecimal, over a checkpoint's files of weights in the order of their names. */
export async function weightsDigest(directory: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for (const name of (await readdir(directory)).filter(isWeightFile).sort())
      for await (const chunk of createReadStream(join(directory, name), { highWaterMark: 1 << 20 }))
        hash.update(chunk as Buffer)
  } catch (error) {
    throw fileError(error, 'read', directory)
  }
  return hash.digest('hex')
}
