/**
 * Cuts a text into words with the space before them, such that no piece occurs twice:
 * a word that is used more than once is joined to the word after it. Throws when that does not suffice.
 */
export function distinctPieces(text: string): string[] {
  const words: readonly string[] = text.match(/\s?\S+/g) ?? []
  const isRepeated = (word: string) => words.indexOf(word) !== words.lastIndexOf(word)
  const pieces: string[] = []
  let open = ''
  for (const word of words) {
    open += word
    if (isRepeated(word)) continue
    pieces.push(open)
    open = ''
  }
  if (open !== '' || new Set(pieces).size !== pieces.length) {
    throw new Error(`This text cannot be cut into distinct pieces: ${JSON.stringify(text)}`)
  }
  return pieces
}
