import { deviceMemory } from './device.ts'
import type { Home } from './home.ts'
import type { PjrtError } from './pjrt-error.ts'

/** What a compiled program needs on one device, in bytes. */
export interface ProgramMemory {
  readonly inputs: number
  readonly outputs: number
  /** Of the outputs, what lies in donated inputs. */
  readonly alias: number
  readonly temporary: number
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`

/** XLA writes `17179869184 bytes` or `16.00GiB`. */
function askedFor(said: string): string {
  const [, number, unit] = /allocate ([\d.]+) ?(bytes|[KMGT]iB)/.exec(said) ?? []
  if (number === undefined) return ''
  return ` It asked for ${unit === 'bytes' ? gib(Number(number)) : `${number} ${unit}`} at once.`
}

/** How much was wanted, how much there is, and which settings shrink it. */
export function outOfMemory(
  { devices, client }: Home,
  error: PjrtError,
  what: string,
  program?: ProgramMemory,
) {
  const own = devices.find(({ addressable }) => addressable)
  const memory = own && deviceMemory(client.api, own)
  const wants =
    program === undefined
      ? askedFor(error.said)
      : ` The program wants ${gib(program.inputs + program.outputs - program.alias)} for inputs and outputs ` +
        `and ${gib(program.temporary)} for intermediates.`
  const has =
    memory?.limit == null ? '' : ` The device has ${gib(memory.limit)}, ${gib(memory.inUse)} of it in use.`
  return (
    `${what}: out of device memory.${wants}${has} To need less: a smaller batch.sequences or ` +
    'data.sequenceLength, memory.recompute, or more devices in mesh. ' +
    `${error.message}`
  )
}
