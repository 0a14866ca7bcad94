/** A token of a single byte, as SentencePiece writes it. */
const BYTE_TOKEN = /^<0x([0-9A-F]{2})>$/
const encoder = new TextEncoder()

/**
 * The bytes of a token. Its text will not do: a token can be a part of a character.
 * @param piece how the vocabulary writes it: GPT-2's has a character for each byte, SentencePiece's a mark for a space
 */
export const tokenBytes = (piece: string, vocabulary: 'bytes' | 'text'): readonly number[] => {
  const byte = BYTE_TOKEN.exec(piece)?.[1]
  if (byte !== undefined) return [Number.parseInt(byte, 16)]
  const bytes = vocabulary === 'bytes' ? [...piece].map((character) => BYTES.get(character)) : []
  const known = bytes.filter((one) => one !== undefined)
  if (known.length > 0 && known.length === bytes.length) return known
  return [...encoder.encode(piece.replaceAll('\u2581', ' '))]
}

/** GPT-2's characters: a byte that prints stands for itself, the others in their order from 256 on. */
const BYTES: ReadonlyMap<string, number> = (() => {
  const bytes = new Map<string, number>()
  let standIn = 256
  for (let byte = 0; byte < 256; byte++) {
    const isPrinted = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad)
    bytes.set(String.fromCodePoint(isPrinted ? byte : standIn++), byte)
  }
  return bytes
})()
