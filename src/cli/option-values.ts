import { InvalidArgumentError } from 'commander'

const numberThat =
  (holds: (value: number) => boolean, what: string) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!holds(value)) throw new InvalidArgumentError(`Give ${what}.`)
    return value
  }

/** Readers of options that are numbers, for Commander. */
export const positiveInteger = numberThat(
  (value) => Number.isSafeInteger(value) && value >= 1,
  'a whole number of at least 1',
)
export const wholeNumber = numberThat(
  (value) => Number.isSafeInteger(value) && value >= 0,
  'a whole number from 0 on',
)
export const nonNegative = numberThat(
  (value) => Number.isFinite(value) && value >= 0,
  'a number of at least 0',
)
export const share = numberThat((value) => value > 0 && value <= 1, 'a number above 0 and up to 1')
export const portion = numberThat((value) => value >= 0 && value <= 1, 'a number from 0 to 1')
export const positiveNumber = numberThat((value) => Number.isFinite(value) && value > 0, 'a number above 0')
export const portNumber = numberThat(
  (value) => Number.isInteger(value) && value >= 0 && value <= 65_535,
  'a port: a whole number from 0 to 65535',
)
