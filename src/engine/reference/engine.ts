import { deviceCount, type Placement, shardShape } from '../../tensor/mesh.ts'
import type { Program } from '../../tensor/program.ts'
import { byteSize, sameType, type Type, type TypedArray, zeros } from '../../tensor/types.ts'
import type { CompileOptions, DeviceBuffer, Engine, Executable } from '../engine.ts'
import { interpretPorts, type Port, portsOver } from './devices.ts'
import { fromHost, toHost } from './host.ts'
import { samePlacement } from './shards.ts'

/** A buffer of the reference engine is host memory, of the whole tensor also where it is spread over a mesh. */
interface ReferenceBuffer extends DeviceBuffer {
  readonly host: TypedArray
  /** Null: it was not said, and suits every layout. */
  readonly placement: Placement | null
  dead: boolean
}

function newBuffer({ dtype, shape }: Type, host: TypedArray, placement: Placement | null): ReferenceBuffer {
  return {
    dtype,
    shape,
    host,
    placement,
    dead: false,
    async read() {
      if (this.dead) throw new Error('reference: the buffer was disposed or donated')
      return host
    },
    [Symbol.dispose]() {
      this.dead = true
    },
  }
}

const showPlacement = ({ mesh, sharding }: Placement): string =>
  `[${sharding.map((axes) => axes.join('+') || '·').join(', ')}] over ${deviceCount(mesh)} devices`

/** What does not fit at all is left to the interpreter's own check. */
function wantPlacement(port: Port | undefined, buffer: ReferenceBuffer): void {
  const { placement } = buffer
  if (port === undefined || placement === null || !sameType(port, buffer)) return
  if (samePlacement(port, placement, port.placement)) return
  const [came, wanted] = [showPlacement(placement), showPlacement(port.placement)]
  throw new Error(`reference: ${port.text}, spread ${wanted}; the buffer is spread ${came}`)
}

function newExecutable(program: Program, { donate = 0, layout }: CompileOptions): Executable {
  const ports = portsOver(program, layout, donate)
  const bytes = [...ports.inputs, ...ports.outputs].reduce((sum, type) => sum + byteSize(type), 0)
  return {
    program,
    async run(inputs) {
      const given = inputs as readonly ReferenceBuffer[]
      const dead = given.findIndex((buffer) => buffer.dead)
      if (dead >= 0) throw new Error(`reference: input ${dead} was disposed or donated`)
      given.forEach((buffer, i) => {
        wantPlacement(ports.inputs[i], buffer)
      })
      const outputs = interpretPorts(
        program,
        ports,
        given.map(({ dtype, shape, host }) => fromHost({ dtype, shape, data: host })),
      )
      for (const buffer of given.slice(0, donate)) buffer[Symbol.dispose]()
      return outputs.map((x, i) => newBuffer(x, toHost(x).data, ports.outputs[i]!.placement))
    },
    memory: () => ({ buffers: bytes, intermediates: 0 }),
    [Symbol.dispose]() {},
  }
}

/** The interpreter behind the engine interface: f32 at its border, double precision inside. For tests, not for speed. */
export function createReferenceEngine(): Engine {
  return {
    name: 'reference',
    upload(type, data, placement) {
      if (placement) shardShape(type.shape, placement)
      const host = zeros(type)
      if (data !== undefined && data.length !== host.length)
        throw new Error(`reference: ${data.length} elements for shape [${type.shape.join(',')}]`)
      if (data !== undefined) host.set(data)
      return newBuffer(type, host, placement ?? null)
    },
    compile: async (program, options = {}) => newExecutable(program, options),
    [Symbol.dispose]() {},
  }
}
