import { Option } from 'commander'
import { UserError } from '../user-error.ts'
import { positiveInteger, wholeNumber } from './option-values.ts'

/** A process's place among those that train together. */
export interface Distributed {
  /** `host:port` of process 0, where the processes find each other. */
  readonly coordinator: string
  /** From 0. */
  readonly processId: number
  readonly processCount: number
}

export interface DistributedOptions {
  readonly coordinator?: string
  readonly processId?: number
  readonly processes?: number
}

/** `--coordinator`, `--process-id` and `--processes`. */
export const distributedOptions = (): readonly Option[] => [
  new Option('--coordinator <host:port>', 'address of process 0, where several processes train together'),
  new Option('--process-id <i>', "this process's number, from 0").argParser(wholeNumber),
  new Option('--processes <n>', 'how many processes there are').argParser(positiveInteger),
]

/**
 * What the options say; undefined where there is one process only.
 *
 * @throws UserError where some of them are missing or make no sense together
 */
export function distributedOf({
  coordinator,
  processId,
  processes,
}: DistributedOptions): Distributed | undefined {
  if (coordinator === undefined && processId === undefined && processes === undefined) return undefined
  if (coordinator === undefined || processId === undefined || processes === undefined)
    throw new UserError('--coordinator, --process-id and --processes belong together: give all three or none')
  const [, port] = /^[^\s]+:(\d+)$/.exec(coordinator) ?? []
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new UserError(`--coordinator ${coordinator}: expected host:port, such as 10.0.0.1:1234`)
  if (processId >= processes)
    throw new UserError(
      `--process-id ${processId}: ${processes} processes are numbered from 0 to ${processes - 1}`,
    )
  return { coordinator, processId, processCount: processes }
}
