/** A direction of unit length that depends on every token and its place, and on nothing else. */
export const toyVector = (tokens: readonly number[], width: number): Float32Array => {
  const sums = Array.from({ length: width }, (_, index) =>
    tokens.reduce((sum, token, place) => sum + Math.sin((token + 1) * (index + 1) * 0.37 + place), 0),
  )
  const length = Math.hypot(...sums)
  return Float32Array.from(sums, (value) => value / length)
}

/** How alike two texts are: between 0 and 1, both excluded. */
export const toyScore = (query: readonly number[], document: readonly number[]): number => {
  const width = 16
  const other = toyVector(document, width)
  const likeness = toyVector(query, width).reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)
  return 1 / (1 + Math.exp(-4 * likeness))
}
