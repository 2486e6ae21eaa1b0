import { expect, test } from 'vitest'
import {
  byteSize,
  compact,
  counted,
  duration,
  flopRate,
  moment,
  percent,
  significant,
} from './number-text.ts'

test.each([
  [compact(1_026_408_232_448), '1.03T'],
  [compact(96), '96'],
  [compact(null), '–'],
  [significant(0), '0'],
  [significant(0.01234), '0.0123'],
  [significant(2.5e-5), '2.5e-5'],
  [significant(Number.NaN), '–'],
  [percent(0.4123), '41%'],
  [percent(0.0312), '3.1%'],
  [percent(0), '0%'],
  [percent(0.0004), '<0.1%'],
  [percent(0.9904), '99%'],
  [percent(0.9971), '99.7%'],
  [percent(0.99999), '>99.9%'],
  [percent(1), '100%'],
  [percent(1.004), '100%'],
  [flopRate(1.12e11), '112 GFLOP/s'],
  [byteSize(1.5 * 2 ** 30), '1.5 GiB'],
  [byteSize(2048), '2 KiB'],
  [duration(0.81), '810 ms'],
  [duration(59.96), '1 min 0 s'],
  [duration(222), '3 min 42 s'],
  [duration(7500), '2 h 5 min'],
  [duration(undefined), '–'],
  [moment('2025-07-11T09:30:12Z'), '2025-07-11 09:30 UTC'],
  [moment('yesterday'), 'yesterday'],
  [counted(1, 'step'), '1 step'],
  [counted(1200, 'step'), '1,200 steps'],
])('%s', (text, expected) => {
  expect(text).toBe(expected)
})
