import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { koffi } from '../../ffi/koffi.ts'
import type { Asker } from './network-worker.ts'
import type { Answer } from './store.ts'
import type { Numbered, Question } from './wire.ts'

/**
 * Serves a plugin's key-value callbacks. koffi runs a callback that another thread makes on the thread that has
 * registered it, here, where it may sleep until it is answered: nothing else waits for this thread.
 */
export interface CallbackData extends Required<Asker> {
  /** Which callbacks this thread serves. A get sleeps until its key exists, so that a put needs another thread. */
  readonly serves: 'get' | 'put'
}

/** Addresses of the callbacks, by name. */
export type CallbackAddresses = Readonly<Record<string, bigint>>

const { port, signal, serves } = workerData as CallbackData
const flag = new Int32Array(signal)
const c = koffi.load(null)
const malloc = c.func('void *malloc(size_t size)')
const copy = c.func('void *memcpy(void *to, const void *from, size_t size)')
const callbackError = koffi.proto('void *', ['int', 'const char *', 'size_t'])
/** PJRT_Error_Code */
const codes = {
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const

function answerTo(question: Question): Answer {
  Atomics.store(flag, 0, 0)
  port.postMessage({ ...question, id: 0 } satisfies Numbered<Question>)
  Atomics.wait(flag, 0, 0)
  return receiveMessageOnPort(port)!.message
}

const slot = (args: bigint, index: number): bigint => BigInt(koffi.decode(args, 8 * index, 'uint64'))
const setSlot = (args: bigint, index: number, value: bigint): void =>
  koffi.encode(args, 8 * index, 'uint64', value)
const bytesAt = (args: bigint, index: number): Buffer => {
  const size = Number(slot(args, index + 1))
  return size === 0
    ? Buffer.alloc(0)
    : Buffer.from(koffi.decode(slot(args, index), koffi.array('uint8', size, 'Typed')))
}

/** A PJRT_Error made by the plugin's own function, to which the struct has a pointer to a pointer. */
function failure(args: bigint, index: number, code: keyof typeof codes, message: string): bigint | null {
  const make = koffi.decode(koffi.decode(slot(args, index), 'void *'), callbackError)
  return make(codes[code], message, Buffer.byteLength(message))
}

/** Gives a value to the plugin, which frees it with C's `free`. */
function give(args: bigint, index: number, value: Buffer): void {
  const memory: bigint = malloc(value.length + 1)
  copy(memory, value, value.length)
  setSlot(args, index, memory)
  setSlot(args, index + 1, BigInt(value.length))
  setSlot(args, index + 2, free)
}
const free: bigint = koffi.address(c.symbol('free'))

/** Where the fields of PJRT_KeyValue{Get,TryGet,Put}Callback_Args begin: after struct_size and extension_start. */
const KEY = 2

/** `error` is the slot of the callback that makes errors, `value` that of the value to be given. */
function reply(args: bigint, question: Question, error: number, value: number | undefined): bigint | null {
  const answer = answerTo(question)
  if ('code' in answer) return failure(args, error, answer.code, answer.message)
  if (value !== undefined) give(args, value, Buffer.from(answer.value, 'base64'))
  return null
}

const keyAt = (args: bigint): string => bytesAt(args, KEY).toString('utf8')

const callbacks: Readonly<Record<string, (args: bigint) => bigint | null>> =
  serves === 'get'
    ? {
        get: (args) => {
          const timeout = Number(BigInt.asIntN(32, slot(args, 4)))
          return reply(args, { ask: 'get', key: keyAt(args), timeout }, 5, 7)
        },
      }
    : {
        tryGet: (args) => reply(args, { ask: 'tryGet', key: keyAt(args) }, 4, 6),
        put: (args) => {
          const value = bytesAt(args, 4).toString('base64')
          return reply(args, { ask: 'put', key: keyAt(args), value }, 6, undefined)
        },
      }

const prototype = koffi.pointer(koffi.proto('void *', ['void *']))
const addresses = Object.fromEntries(
  Object.entries(callbacks).map(([name, callback]) => [name, koffi.register(callback, prototype)]),
)
// Listening keeps the thread, and with it the callbacks, alive.
parentPort?.on('message', () => {})
parentPort?.postMessage(addresses satisfies CallbackAddresses)
