import { expect, test } from 'vitest'
import { namedValues, readNamedValues } from './named-value.ts'
import { withoutTrace } from './pjrt-error.ts'

test('named values are read as they were written', () => {
  const values = {
    platform_name: 'cuda',
    ünïcode: 'é',
    nothing: '',
    node_id: -3,
    memory_fraction: { float: 0.75 },
    preallocate: false,
    visible_devices: [0, 1, 5],
  }
  const { address, count, memory } = namedValues(values)
  expect(readNamedValues(address, count)).toEqual({
    ...values,
    memory_fraction: 0.75,
    visible_devices: '0.1.5',
  })
  expect(memory.length).toBeGreaterThan(0)
})

test('messages come without the trace of the C++ source', () => {
  const trace = '=== Source Location Trace: ===\nlearning/x.cc:137\nlearning/y.cc:53\n'
  expect(withoutTrace(`Failed to fetch\n${trace}`)).toBe('Failed to fetch')
  expect(withoutTrace('one\ntwo\n*** Begin stack trace ***\n\ttsl::CurrentStackTrace()')).toBe('one\ntwo')
  expect(withoutTrace('plain')).toBe('plain')
})
