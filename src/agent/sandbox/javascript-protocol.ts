import type { MessagePort } from 'node:worker_threads'

export interface JavascriptLimits {
  /** Milliseconds of the clock, for what the count of steps does not see. */
  readonly timeoutMs: number
  readonly memoryBytes: number
  /** For each call, about 5,000 turns of a short loop each: the same program stops at the same place everywhere. */
  readonly steps: number
}

/** A function of a module, and what it is called with. */
export interface JavascriptCall {
  readonly module: string
  /** Of the export. */
  readonly name: string
  readonly args: readonly unknown[]
}

export interface JavascriptProgram {
  /** Texts of modules by their paths. */
  readonly files: Readonly<Record<string, string>>
  /** Made one after another in one realm; a module is evaluated when it is needed first. */
  readonly calls: readonly JavascriptCall[]
  /** Of Math.random. */
  readonly seed: number
  /** What the clock shows, milliseconds since 1970; it stands still. */
  readonly now: number
}

export type JavascriptOutcome =
  /** What the function returned, as JSON has it; undefined where that has nothing. */
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false
      readonly error: string
      /** It threw nothing itself: it could not be called, was stopped, or has no end. */
      readonly broken?: true
    }

export interface JavascriptAnswer {
  /** One for each call. */
  readonly outcomes: readonly JavascriptOutcome[]
  /** What was written with console.log, cut. */
  readonly output: string
}

export interface JavascriptRequest {
  /** Also of the reply to it. */
  readonly id: number
  readonly program: JavascriptProgram
  readonly limits: JavascriptLimits
}

/** An error says that the WebAssembly module is not to be used again. */
export type JavascriptReply = { readonly id: number } & (
  | { readonly answer: JavascriptAnswer }
  | { readonly error: string }
)

export interface JavascriptThreadData {
  readonly port: MessagePort
  /** Counts what the thread has said: ready, then replies. */
  readonly said: Int32Array
  /** Of programs; a thread has one limit for all of its life. */
  readonly memoryBytes: number
}
