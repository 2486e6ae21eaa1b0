import { Option } from 'commander'
import type { Engine } from '../engine/engine.ts'
import { engineProblems } from '../train/engine-contradictions.ts'
import { UserError } from '../user-error.ts'
import type { Distributed } from './distributed-options.ts'
import { positiveInteger } from './option-values.ts'

/** Which engine, and with what; null is the engine's own choice. */
export interface EngineChoice {
  readonly name: EngineName
  /** Of products; what a model is computed with, not a setting of the engine itself. */
  readonly precision: Precision
  /** PJRT plugin. */
  readonly plugin: string | null
  /** null is one for each core. */
  readonly threads: number | null
}

export type Precision = 'highest' | 'bf16'

/** Of accelerators, what this process may take. */
type Share = { readonly distributed: Distributed } | { readonly devices: number }

type Opener = (choice: Pick<EngineChoice, 'plugin' | 'threads'>, share: Share) => Promise<Engine>

const openers = {
  onnx: async ({ threads }) => {
    const { createOnnxEngine } = await import('../engine/onnx/engine.ts')
    return createOnnxEngine(threads === null ? {} : { threads })
  },
  reference: async () => {
    const { createReferenceEngine } = await import('../engine/reference/engine.ts')
    return createReferenceEngine()
  },
  xla: async ({ plugin }, share) => {
    const { createXlaEngine } = await import('../engine/xla/engine.ts')
    return createXlaEngine({ ...(plugin === null ? {} : { plugin }), ...share })
  },
} as const satisfies Readonly<Record<string, Opener>>

export type EngineName = keyof typeof openers

export interface EngineOptions {
  readonly engine?: EngineName
  readonly precision?: Precision
  readonly plugin?: string
  readonly threads?: number
}

/** `--engine`, `--precision`, `--plugin` and `--threads`, as every command that computes has them. */
export const engineOptions = (): readonly Option[] => [
  new Option('--engine <name>', 'what computes; onnx without it').choices(Object.keys(openers)),
  new Option('--precision <p>', 'of products; bf16 on xla without it, else highest').choices([
    'highest',
    'bf16',
  ]),
  new Option('--plugin <file>', 'PJRT plugin that xla loads; an installed one without it'),
  new Option('--threads <n>', 'threads that compute; one for each core without it').argParser(
    positiveInteger,
  ),
]

/**
 * What the options say.
 *
 * @param precision of xla where the options do not say
 * @throws UserError for settings that the engine lacks
 */
export function chosenEngine(options: EngineOptions, precision: Precision = 'bf16'): EngineChoice {
  const { engine: name = 'onnx', plugin = null, threads = null } = options
  const choice = {
    name,
    precision: options.precision ?? (name === 'xla' ? precision : 'highest'),
    plugin,
    threads,
  }
  const [problem] = engineProblems(choice)
  if (problem !== undefined) throw new UserError(`--${problem[0].join('.')}: ${problem[1]}`)
  return choice
}

/**
 * Loads an engine's library and starts it; the caller disposes it.
 *
 * @param distributed this process's place among several, which take all devices that they see; only xla takes it
 * @param devices that a process alone computes on: it leaves others, and their memory, to other programs
 * @throws UserError where the library cannot be loaded, or the engine works in one process only
 */
export function openEngine(
  choice: Pick<EngineChoice, 'name' | 'plugin' | 'threads'>,
  distributed?: Distributed,
  devices = 1,
): Promise<Engine> {
  if (distributed !== undefined && choice.name !== 'xla')
    throw new UserError(
      `--coordinator: several processes need the engine xla, and this is ${choice.name}: choose --engine xla`,
    )
  return openers[choice.name](choice, distributed === undefined ? { devices } : { distributed })
}
