import { MOST_BLOCKS } from './prefix-blocks.ts'

const HASH_BYTES = 7
const BASE64_LETTERS_PER_HASH = (HASH_BYTES * 4) / 3
const BASE64 = /^[\w-]+$/

/** Hashes of blocks as text: 7 bytes each, big-endian, base64url. */
export const writePrefixWord = (hashes: readonly number[]): string => {
  const bytes = Buffer.alloc(hashes.length * HASH_BYTES)
  for (const [position, hash] of hashes.entries()) {
    const at = position * HASH_BYTES
    bytes.writeUIntBE(Math.floor(hash / 2 ** 32), at, 3)
    bytes.writeUInt32BE(hash % 2 ** 32, at + 3)
  }
  return bytes.toString('base64url')
}

/** Undefined for what nobody could have written: it comes from another node. */
export const readPrefixWord = (word: string): readonly number[] | undefined => {
  if (word.length > Math.ceil(MOST_BLOCKS * BASE64_LETTERS_PER_HASH) || !BASE64.test(word)) return undefined
  const bytes = Buffer.from(word, 'base64url')
  if (bytes.length === 0 || bytes.length % HASH_BYTES !== 0) return undefined
  const hashes: number[] = []
  for (let at = 0; at < bytes.length; at += HASH_BYTES) {
    const hash = bytes.readUIntBE(at, 3) * 2 ** 32 + bytes.readUInt32BE(at + 3)
    if (hash > Number.MAX_SAFE_INTEGER) return undefined
    hashes.push(hash)
  }
  return hashes
}
