import { crc32 } from 'node:zlib'
import type { NodeTokens } from './trajectory.ts'

/** Where token ids lie in the side-car, in bytes. */
export interface IdsReference {
  readonly offset: number
  readonly length: number
  readonly crc32: number
}

/** Where a node's tokens lie in the side-car, and what they are. */
export interface TokensReference extends IdsReference {
  /** Number of tokens. */
  readonly count: number
  /** Whether log-probs lie there. */
  readonly log_probs: boolean
  /** Number of runs of one weight version. */
  readonly runs: number
}

export const bytesOf = (array: Int32Array | Float32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

const maskBytes = (count: number): number => 4 * Math.ceil(count / 32)

/** Bytes of a record: whatever it holds, a multiple of 4. */
export const recordLength = ({ count, log_probs, runs }: Omit<TokensReference, keyof IdsReference>): number =>
  4 * count * (log_probs ? 2 : 1) + 8 * runs + maskBytes(count)

/** `[5, 5, -1]` as `[5, 2, -1, 1]`: each version and how many tokens have it. */
function runLengths(versions: Int32Array): Int32Array {
  const runs: number[] = []
  for (let i = 0; i < versions.length; i++) {
    if (i > 0 && versions[i] === versions[i - 1]) runs[runs.length - 1]!++
    else runs.push(versions[i]!, 1)
  }
  return Int32Array.from(runs)
}

function bitMask(flags: Uint8Array): Uint8Array {
  const mask = new Uint8Array(maskBytes(flags.length))
  for (let i = 0; i < flags.length; i++) mask[i >> 3]! |= flags[i]! << (i & 7)
  return mask
}

function flagsOf(mask: Uint8Array, count: number): Uint8Array {
  const flags = new Uint8Array(count)
  for (let i = 0; i < count; i++) flags[i] = (mask[i >> 3]! >> (i & 7)) & 1
  return flags
}

/**
 * Tokens as bytes, little-endian: ids (i32), log-probs if there are any (f32), runs of weight versions (i32 version,
 * i32 number of tokens), and which were sampled (a bit each, the lowest first, filled up to 32 bits).
 *
 * @param offset where they will lie in the side-car
 */
export function writeTokenRecord(
  tokens: NodeTokens,
  offset: number,
): { readonly reference: TokensReference; readonly bytes: Uint8Array } {
  const runs = runLengths(tokens.weightVersions)
  const bytes = Buffer.concat([
    bytesOf(tokens.ids),
    ...(tokens.logProbs === undefined ? [] : [bytesOf(tokens.logProbs)]),
    bytesOf(runs),
    bitMask(tokens.sampled),
  ])
  const reference = {
    offset,
    length: bytes.length,
    count: tokens.ids.length,
    log_probs: tokens.logProbs !== undefined,
    runs: runs.length / 2,
    crc32: crc32(bytes),
  }
  return { reference, bytes }
}

/** Reads what `writeTokenRecord` wrote; undefined where the runs are not of so many tokens. */
export function readTokenRecord(
  { count, log_probs, runs }: Pick<TokensReference, 'count' | 'log_probs' | 'runs'>,
  bytes: Uint8Array,
): NodeTokens | undefined {
  // A copy begins where 32-bit words may.
  const { buffer } = Uint8Array.from(bytes)
  const ids = new Int32Array(buffer, 0, count)
  const logProbs = log_probs ? new Float32Array(buffer, 4 * count, count) : undefined
  const runsAt = 4 * count * (log_probs ? 2 : 1)
  const pairs = new Int32Array(buffer, runsAt, 2 * runs)
  const mask = new Uint8Array(buffer, runsAt + 8 * runs)
  const weightVersions = new Int32Array(count)
  let at = 0
  for (let i = 0; i < pairs.length; i += 2) {
    const [version, length] = [pairs[i]!, pairs[i + 1]!]
    if (length < 1 || at + length > count) return undefined
    weightVersions.fill(version, at, at + length)
    at += length
  }
  if (at !== count) return undefined
  return { ids, sampled: flagsOf(mask, count), ...(logProbs && { logProbs }), weightVersions }
}
