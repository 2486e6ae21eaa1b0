import { workerData } from 'node:worker_threads'
import { newQuickJSWASMModule, newVariant, RELEASE_SYNC } from 'quickjs-emscripten'
import type { JavascriptReply, JavascriptRequest, JavascriptThreadData } from './javascript-protocol.ts'
import { answerProgram } from './javascript-realm.ts'

// Node's types leave it to those of browsers.
declare const WebAssembly: { readonly Memory: new (pages: { initial: number; maximum: number }) => never }

const { port, said, memoryBytes } = workerData as JavascriptThreadData

function say(reply?: JavascriptReply): void {
  if (reply !== undefined) port.postMessage(reply)
  Atomics.add(said, 0, 1)
  Atomics.notify(said, 0)
}

/** Bytes that the interpreter has before any program. */
const [page, own] = [65_536, 16 * 2 ** 20]

// QuickJS's own limit does not count the sizes of allocations in WebAssembly.
const wasmMemory = new WebAssembly.Memory({
  initial: own / page,
  maximum: Math.ceil((own + memoryBytes) / page),
})
const module = await newQuickJSWASMModule(newVariant(RELEASE_SYNC, { wasmMemory }))

port.on('message', (request: JavascriptRequest) => {
  try {
    say({ id: request.id, answer: answerProgram(module, request) })
  } catch (error) {
    say({ id: request.id, error: (error as Error).message })
  }
})
say()
