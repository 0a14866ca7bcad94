import { InvalidArgumentError } from 'commander'

/** Reads a port for an option. @throws InvalidArgumentError as commander wants it */
export const parsePort = (text: string): number => parseWhole(text, 0, 65_535)

/** Reads a whole number of at least one for an option. */
export const parseCount = (text: string): number => parseWhole(text, 1, 1_000_000_000)

/** Reads a whole number for an option. */
export const parseInteger = (text: string): number =>
  parseWhole(text, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)

/** Reads a number that is not negative for an option. */
export const parseDecimal = (text: string): number => {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value
  throw new InvalidArgumentError('It must be a number that is not negative.')
}

const parseWhole = (text: string, least: number, most: number): number => {
  const value = Number(text)
  if (/^-?\d+$/.test(text) && value >= least && value <= most) return value
  throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
}
