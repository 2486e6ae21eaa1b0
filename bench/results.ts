import type { DenseRow } from './dense/bench-dense.ts'
import type { BenchMachine } from './machine.ts'
import type { MicroRow } from './micro-step.ts'
import type { OptimizerRow } from './optimizer.ts'
import type { TokenizerRow } from './tokenizer.ts'

/** What one run measured, as written to `results/cpu.json`. */
export interface Results {
  readonly date: string
  readonly command: string
  readonly commit: string | null
  readonly machine: BenchMachine
  readonly dense?: readonly DenseRow[]
  readonly micro?: readonly MicroRow[]
  readonly optimizer?: readonly OptimizerRow[]
  readonly tokenizer?: readonly TokenizerRow[]
}

export const sections = ['dense', 'micro', 'optimizer', 'tokenizer'] as const
export type Section = (typeof sections)[number]

/** What the project asks of itself. */
export const goals = {
  /** Times the faster of the two TypeScript libraries, on a whole step. */
  typescriptPeers: 6,
  /** Times PyTorch, forward and backward, by shape. */
  pytorch: { small: 3, large: 1.6 },
  microShare: 0.5,
  optimizerRatio: 1.3,
} as const
