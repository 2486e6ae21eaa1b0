import type { Readable } from 'node:stream'

/** The beginning of a stream; what comes after is read and dropped, so that its writer goes on. */
export function cappedOutput(
  stream: Readable,
  most: number,
): { text(): string; readonly truncated: boolean } {
  const kept: Buffer[] = []
  let length = 0
  let truncated = false
  stream.on('data', (chunk: Buffer) => {
    const room = most - length
    if (chunk.length > room) truncated = true
    if (room <= 0) return
    kept.push(chunk.subarray(0, room))
    length += Math.min(chunk.length, room)
  })
  stream.on('error', () => {})
  return {
    text: () => Buffer.concat(kept).toString('utf8'),
    get truncated() {
      return truncated
    },
  }
}
