import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** `sk-skein-` is what `skein key` makes; `tp_` is how clients of ToolPiper know a token. */
export const SECRET_PREFIXES = ['sk-skein-', 'tp_'] as const
export type SecretPrefix = (typeof SECRET_PREFIXES)[number]

/** 256 bits. */
const SECRET_BYTES = 32
const ID_BYTES = 8

/** A new secret: its prefix and 64 hex digits. */
export const createSecret = (prefix: SecretPrefix = 'sk-skein-'): string =>
  `${prefix}${randomBytes(SECRET_BYTES).toString('hex')}`

export const createKeyId = (): string => `key_${randomBytes(ID_BYTES).toString('hex')}`

/** SHA-256 as lower-case hex: a secret of 256 random bits needs no slow hash, and each request computes it. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** What of a secret may be shown. */
export const maskSecret = (secret: string): string => {
  const prefix = SECRET_PREFIXES.find((known) => secret.startsWith(known)) ?? ''
  return `${secret.slice(0, prefix.length + 4)}…${secret.slice(-4)}`
}

/** Compares in constant time. */
export const isSameHash = (left: string, right: string): boolean => {
  const [one, other] = [Buffer.from(left), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}
