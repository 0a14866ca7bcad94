/** Digits of a code: Crockford's base32, which has no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LENGTH = 10
const TAG_LENGTH = 2

/** Random bytes that make one code: 50 bits, of which the tag tells 10. */
export const PAIRING_CODE_BYTES = CODE_LENGTH

/** What people read to each other when a node joins: ten digits, without hyphens. Its first two are no secret. */
export type PairingCode = string & { readonly __brand: 'PairingCode' }

/** @param bytes `PAIRING_CODE_BYTES` random ones; 256 is a multiple of 32, so every digit is equally likely */
export const pairingCodeFrom = (bytes: Uint8Array): PairingCode =>
  // It has just been made of the alphabet's digits.
  [...bytes.subarray(0, CODE_LENGTH)].map((byte) => ALPHABET[byte % 32]).join('') as PairingCode

/** As people type it: any case, with or without hyphens, O for 0, I and L for 1. Undefined when it is no code. */
export const parsePairingCode = (text: string): PairingCode | undefined => {
  if (text.length > 64) return undefined
  const digits = text
    .toUpperCase()
    .replaceAll(/[\s\-–_.]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  const isCode = digits.length === CODE_LENGTH && [...digits].every((digit) => ALPHABET.includes(digit))
  // It has been looked at digit by digit.
  return isCode ? (digits as PairingCode) : undefined
}

/** `XX-XXXX-XXXX`. */
export const showPairingCode = (code: PairingCode): string =>
  `${code.slice(0, 2)}-${code.slice(2, 6)}-${code.slice(6)}`

/** Told to everybody, so that who looks for the node of a code asks the right one. */
export const tagOfPairingCode = (code: PairingCode): string => code.slice(0, TAG_LENGTH)
