import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { keptKernels } from '../../lower/stablehlo/kernels/kept-kernels.ts'
import { lowerToStableHlo } from '../../lower/stablehlo/module.ts'
import { deviceCount, type Placement, wholeShape } from '../../tensor/mesh.ts'
import { optimize } from '../../tensor/passes/optimize.ts'
import { byteSize, type Type, type TypedArray, viewOf } from '../../tensor/types.ts'
import type { DeviceBuffer, Engine } from '../engine.ts'

/** A request to the child; `payload` follows it. */
type Ask = (header: Readonly<Record<string, unknown>>, payload?: Uint8Array) => Promise<Uint8Array>

interface Waiting {
  readonly resolve: (payload: Uint8Array) => void
  readonly reject: (error: Error) => void
}

const script = fileURLToPath(new URL('./jaxlib.fixture.py', import.meta.url))

/** Reads the child's frames and hands each to the request that it answers. */
function answersOf(child: ChildProcess): Waiting[] {
  const waiting: Waiting[] = []
  let rest = Buffer.alloc(0)
  child.stdout!.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 4) {
      const length = rest.readUInt32LE(0)
      if (rest.length < 4 + length) return
      const header = JSON.parse(rest.toString('utf8', 4, 4 + length)) as { bytes: number; error?: string }
      const end = 4 + length + header.bytes
      if (rest.length < end) return
      const payload = new Uint8Array(rest.subarray(4 + length, end))
      rest = rest.subarray(end)
      const request = waiting.shift()!
      if (header.error === undefined) request.resolve(payload)
      else request.reject(new Error(`jaxlib: ${header.error}`))
    }
  })
  child.on('exit', (code) => {
    for (const request of waiting) request.reject(new Error(`jaxlib: the child ended with ${code}`))
  })
  return waiting
}

function startChild(python: string): { ask: Ask; end: () => void } {
  const child = spawn(python, [script], {
    stdio: ['pipe', 'pipe', process.env.TSUKIMI_JAXLIB_LOG ? 'inherit' : 'ignore'],
  })
  const waiting = answersOf(child)
  const ask: Ask = (header, payload = new Uint8Array()) => {
    const text = Buffer.from(JSON.stringify({ ...header, bytes: payload.byteLength }))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(text.length)
    const answer = new Promise<Uint8Array>((resolve, reject) => waiting.push({ resolve, reject }))
    child.stdin!.write(Buffer.concat([length, text, payload]))
    return answer
  }
  return { ask, end: () => void child.stdin!.end() }
}

/**
 * A development check of the StableHLO text without a GPU: runs it on the CPU client of a Python's jaxlib, on up to eight
 * virtual devices.
 */
export function createJaxlibEngine(python: string): Engine {
  const { ask, end } = startChild(python)
  let lastId = 0
  /** Problems of requests that nobody waits for are told by the next one that somebody does. */
  let failed: Error | null = null
  const tell = (header: Readonly<Record<string, unknown>>, payload?: Uint8Array): void =>
    void ask(header, payload).catch((error: Error) => {
      failed ??= error
    })
  const newBuffer = (id: number, { dtype, shape }: Type): DeviceBuffer & { id: number } => ({
    id,
    dtype,
    shape,
    async read() {
      const bytes = await ask({ command: 'read', id })
      if (failed) throw failed
      return viewOf({ dtype, shape }, bytes.buffer as ArrayBuffer, bytes.byteOffset)
    },
    [Symbol.dispose]: () => tell({ command: 'dispose', id }),
  })
  return {
    name: 'xla (jaxlib)',
    upload(type: Type, data?: TypedArray, placement?: Placement) {
      const id = ++lastId
      const { dtype, shape } = type
      const where = placement && { mesh: placement.mesh.axes, sharding: placement.sharding }
      const bytes = data && new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      tell({ command: 'upload', id, dtype, shape, placement: where }, bytes)
      return newBuffer(id, type)
    },
    async compile(program, { donate = 0, layout } = {}) {
      const id = ++lastId
      const text = lowerToStableHlo(optimize(program, keptKernels), { donate, ...(layout && { layout }) })
      const types = program.outputs.map(({ dtype, shape }, i) => ({
        dtype,
        shape: layout ? wholeShape(shape, { mesh: layout.mesh, sharding: layout.outputs[i]! }) : shape,
      }))
      const spread = layout && {
        mesh: layout.mesh.axes,
        inputs: layout.inputs,
        outputs: layout.outputs,
        shapes: types.map(({ shape }) => shape),
      }
      const devices = layout ? deviceCount(layout.mesh) : 1
      await ask({ command: 'compile', id, donate, devices, ...spread }, Buffer.from(text))
      return {
        program,
        async run(inputs) {
          const made = types.map((type) => newBuffer(++lastId, type))
          const given = (inputs as ReturnType<typeof newBuffer>[]).map((buffer) => buffer.id)
          await ask({
            command: 'run',
            executable: id,
            inputs: given,
            outputs: made.map((buffer) => buffer.id),
          })
          if (failed) throw failed
          return made
        },
        memory: () => ({
          buffers: [...program.inputs, ...types].reduce((sum, type) => sum + byteSize(type), 0),
          intermediates: 0,
        }),
        [Symbol.dispose]: () => tell({ command: 'dispose', id }),
      }
    },
    [Symbol.dispose]: end,
  }
}
