const codes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const

export type PjrtCode = (typeof codes)[number]

/** A PJRT plugin refused a call, or what it began has failed. */
export class PjrtError extends Error {
  override name = 'PjrtError'
  readonly code: PjrtCode
  /** What the plugin said, without our words around it. */
  readonly said: string

  constructor(functionName: string, code: PjrtCode, said: string) {
    super(`XLA: ${said} (${functionName}: ${code})`)
    this.code = code
    this.said = said
  }
}

export const codeName = (code: number): PjrtCode => codes[code] ?? 'UNKNOWN'

/** Where the part of a message begins that only XLA's authors can use. */
const noise =
  /\n*(={2,} *Source Location Trace|\*{3} Begin stack trace|Stack trace:|\t?@ +0x[0-9a-f]+)[\s\S]*$/

/** A plugin's message without C++ stack traces and blank ends. */
export const withoutTrace = (message: string): string => message.replace(noise, '').trim()

/** Codes with which a device that died answers, while the program and its inputs were fine. */
const lost: readonly PjrtCode[] = ['INTERNAL', 'UNAVAILABLE', 'ABORTED', 'DATA_LOSS', 'UNKNOWN']

/** Whether an error during a run means that the device cannot be used any more. */
export const meansLostDevice = (error: unknown): error is PjrtError =>
  error instanceof PjrtError && lost.includes(error.code)
