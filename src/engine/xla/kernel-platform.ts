import type { XlaDevice } from './device.ts'

/** What a program is written for: a platform that has kernels of ours, or one with plain ops only. */
export type KernelPlatform = 'cuda' | 'rocm' | 'tpu' | 'cpu'

/** Compute capability from which the kernels were written and tried: Hopper. */
const LEAST_CAPABILITY = 9

/** Device names of that capability, for plugins that do not tell it. */
const knownKinds = /\b(H100|H200|H800|GH200|B100|B200|B300|GB200|GB300)\b/

const hasKernels = ({ computeCapability, kind }: Pick<XlaDevice, 'computeCapability' | 'kind'>): boolean =>
  computeCapability === null
    ? knownKinds.test(kind)
    : Number.parseFloat(computeCapability) >= LEAST_CAPABILITY

/**
 * The platform that programs are written for. Kernels are left out where a device is older than those that they were
 * written for, and with `TSUKIMI_XLA_KERNELS=none`.
 */
export function kernelPlatform(
  platform: string,
  devices: readonly Pick<XlaDevice, 'computeCapability' | 'kind'>[],
): KernelPlatform {
  if (process.env.TSUKIMI_XLA_KERNELS === 'none') return 'cpu'
  if (platform === 'cuda') return devices.every(hasKernels) ? 'cuda' : 'cpu'
  return platform === 'rocm' || platform === 'tpu' ? platform : 'cpu'
}
