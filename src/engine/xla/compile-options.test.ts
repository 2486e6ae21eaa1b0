import { afterEach, expect, test } from 'vitest'
import { UserError } from '../../user-error.ts'
import { serializeCompileOptions } from './compile-options.ts'
import { defaultFlags, flagsFor, parseFlags } from './xla-flags.ts'

/**
 * Bytes that XLA's own parser (jaxlib 0.10.2, CompileOptions.ParseFromString) reads as: device ordinal −1, one
 * replica, two partitions by SPMD and Shardy on the devices 3 and 1, and overrides of these names, types and values.
 */
test('compile options are the bytes that XLA reads them from', () => {
  const flags = {
    xla_gpu_enable_triton_gemm: false,
    xla_gpu_autotune_level: 4,
    xla_gpu_cuda_data_dir: '/x',
    xla_foo: 0.5,
  }
  const fields = {
    'executable_build_options of 34 bytes': '1a22',
    'device_ordinal -1': '08ffffffffffffffffff01',
    'num_replicas, num_partitions, use_spmd_partitioning': '200128023001',
    'device_assignment 1 × 2: {3} {1}': '4a0c080110021a0208031a020801',
    use_shardy_partitioner: '980101',
    xla_foo: `3a140a07${Buffer.from('xla_foo').toString('hex')}120921000000000000e03f`,
    xla_gpu_autotune_level: `3a1c0a16${Buffer.from('xla_gpu_autotune_level').toString('hex')}12021804`,
    xla_gpu_cuda_data_dir: `3a1d0a15${Buffer.from('xla_gpu_cuda_data_dir').toString('hex')}12040a022f78`,
    xla_gpu_enable_triton_gemm: `3a200a1a${Buffer.from('xla_gpu_enable_triton_gemm').toString('hex')}12021000`,
  }
  const bytes = serializeCompileOptions({ devices: [3, 1], flags })
  expect(Buffer.from(bytes).toString('hex')).toBe(Object.values(fields).join(''))
})

test('one device needs no partitioner', () => {
  const bytes = serializeCompileOptions({ devices: [0], flags: {} })
  expect(Buffer.from(bytes).toString('hex')).toBe('1a1908ffffffffffffffffff01200128014a08080110011a020800')
})

const before = process.env.TSUKIMI_XLA_FLAGS
afterEach(() => {
  if (before === undefined) delete process.env.TSUKIMI_XLA_FLAGS
  else process.env.TSUKIMI_XLA_FLAGS = before
})

test('flags keep their types, and the nearer setting wins', () => {
  expect(parseFlags('xla_a=true, --xla_b=-3,xla_c=1.5,xla_d=some/path,xla_e="7"')).toEqual({
    xla_a: true,
    xla_b: -3,
    xla_c: 1.5,
    xla_d: 'some/path',
    xla_e: '7',
  })
  process.env.TSUKIMI_XLA_FLAGS = 'xla_gpu_enable_triton_gemm=true,xla_gpu_autotune_level=0'
  expect(flagsFor('cuda', { xla_gpu_autotune_level: 2 })).toEqual({
    ...defaultFlags.cuda,
    xla_gpu_enable_triton_gemm: true,
    xla_gpu_autotune_level: 2,
  })
  expect(flagsFor('fake')).toEqual({ xla_gpu_enable_triton_gemm: true, xla_gpu_autotune_level: 0 })
})

test.each(['xla_a', 'gpu=1', 'xla-b=1'])('the flag %s is refused', (text) => {
  expect(() => parseFlags(text)).toThrow(UserError)
  expect(() => parseFlags(text)).toThrow(`XLA flag "${text}"`)
})
