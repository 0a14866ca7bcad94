const DIGITS = 6

/**
 * What both people compare: six decimal digits of a secret that only the two ends of one pairing share.
 * @param bytes at least eight, evenly distributed; of 2^53 values the unevenness of the remainder cannot be seen
 */
export const checkDigitsFrom = (bytes: Uint8Array): string => {
  const high = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0) >> 11n
  return String(Number(high) % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** As they are shown: `123 456`. */
export const showCheckDigits = (digits: string): string => `${digits.slice(0, 3)} ${digits.slice(3)}`
