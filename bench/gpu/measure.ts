import type { DeviceBuffer, Executable } from '../../src/engine/engine.ts'

export interface Timing {
  /** Of a run, over the rounds. */
  readonly medianMilliseconds: number
  readonly bestMilliseconds: number
  readonly runs: number
  /** Share of the time that the host's main thread computed. */
  readonly hostShare: number
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/**
 * Time of a run when runs follow each other: `rounds` times `runs` of them are given to the device at once, and the last
 * is awaited by one of its outputs that is a single number. The first `state` inputs are replaced by the first outputs,
 * as in training.
 */
export async function timed(
  executable: Executable,
  inputs: readonly DeviceBuffer[],
  { state = 0, runs = 10, rounds = 3 }: { state?: number; runs?: number; rounds?: number } = {},
): Promise<{ timing: Timing; state: DeviceBuffer[] }> {
  let carried = inputs.slice(0, state)
  const rest = inputs.slice(state)
  let last: DeviceBuffer[] = []
  const once = async (): Promise<void> => {
    const outputs = await executable.run([...carried, ...rest])
    for (const buffer of last) buffer[Symbol.dispose]()
    carried = outputs.slice(0, state)
    last = outputs.slice(state)
  }
  const done = async (): Promise<void> => {
    const sign = last.find(({ shape }) => shape.length === 0)
    if (sign === undefined) throw new Error('a measured program has a number among its outputs, to wait for')
    await sign.read()
  }
  for (let i = 0; i < 2; i++) await once()
  await done()
  const times: number[] = []
  const busy = process.threadCpuUsage()
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    for (let i = 0; i < runs; i++) await once()
    await done()
    times.push((performance.now() - start) / runs)
  }
  const { user, system } = process.threadCpuUsage(busy)
  for (const buffer of last) buffer[Symbol.dispose]()
  const total = times.reduce((sum, time) => sum + time * runs, 0)
  return {
    timing: {
      medianMilliseconds: median(times),
      bestMilliseconds: Math.min(...times),
      runs: rounds * runs,
      hostShare: (user + system) / 1000 / total,
    },
    state: carried,
  }
}
