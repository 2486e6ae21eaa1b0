import { UserError } from '../../user-error.ts'

/** Types as XLA's own flags have them: it refuses the text "true" for a bool. */
export type XlaFlag = boolean | number | string
export type XlaFlags = Readonly<Record<string, XlaFlag>>

/** What we set where XLA's own default is worse for training; by platform. */
export const defaultFlags: Readonly<Record<string, XlaFlags>> = {
  cuda: {
    // cuBLAS is as fast on our shapes, and autotuning Triton's products is most of the compile time (20 s → 7 s).
    xla_gpu_enable_triton_gemm: false,
    // Overlaps collectives and copies with products.
    xla_gpu_enable_latency_hiding_scheduler: true,
  },
  rocm: {
    xla_gpu_enable_latency_hiding_scheduler: true,
  },
}

/** With several processes: process 0 compiles alone, and must not wait for the others' share of the tuning. */
export const distributedFlags: XlaFlags = { xla_gpu_shard_autotuning: false }

/**
 * Reads `name=value,name=value`: `true` and `false` are bools, numbers numbers, anything else (or in double quotes)
 * is text.
 *
 * @throws UserError
 */
export function parseFlags(text: string): XlaFlags {
  const flags: Record<string, XlaFlag> = {}
  for (const part of text.split(',').map((entry) => entry.trim().replace(/^--/, ''))) {
    if (part === '') continue
    const [name, value] = [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]
    if (!part.includes('=') || !/^xla_\w+$/.test(name))
      throw new UserError(`XLA flag "${part}": write xla_name=value, several with commas between them`)
    flags[name] = flagValue(value)
  }
  return flags
}

function flagValue(text: string): XlaFlag {
  if (text === 'true' || text === 'false') return text === 'true'
  if (/^-?\d+(\.\d+)?([eE]-?\d+)?$/.test(text)) return Number(text)
  return text.replace(/^"(.*)"$/, '$1')
}

/** The flags of a compilation: our defaults, then the environment's, then the caller's. */
export function flagsFor(platform: string, given: XlaFlags = {}): XlaFlags {
  return { ...defaultFlags[platform], ...parseFlags(process.env.TSUKIMI_XLA_FLAGS ?? ''), ...given }
}
