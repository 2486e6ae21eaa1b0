import { afterEach, expect, test, vi } from 'vitest'
import { kernelPlatform } from './kernel-platform.ts'

const device = (kind: string, computeCapability: string | null) => ({ kind, computeCapability })

afterEach(() => vi.unstubAllEnvs())

test.each([
  ['cuda', [device('NVIDIA H100 80GB HBM3', '9.0')], 'cuda'],
  ['cuda', [device('NVIDIA B200', '10.0')], 'cuda'],
  ['cuda', [device('NVIDIA A100-SXM4-80GB', '8.0')], 'cpu'],
  ['cuda', [device('NVIDIA H100', '9.0'), device('NVIDIA A100', '8.0')], 'cpu'],
  ['cuda', [device('NVIDIA H200', null)], 'cuda'],
  ['cuda', [device('NVIDIA GeForce RTX 3090', null)], 'cpu'],
  ['tpu', [device('TPU v5e', null)], 'tpu'],
  ['fake', [device('Fake X1', null)], 'cpu'],
] as const)('%s with %o has the kernels of %s', (platform, devices, wanted) => {
  expect(kernelPlatform(platform, devices)).toBe(wanted)
})

test('kernels can be left out', () => {
  vi.stubEnv('TSUKIMI_XLA_KERNELS', 'none')
  expect(kernelPlatform('cuda', [device('NVIDIA H100', '9.0')])).toBe('cpu')
})
