/**
 * How alike each vector is to the first: their cosine, −1…1, as a score of 0…1.
 * @param vectors of unit length
 */
export const similarities = ([first, ...others]: readonly Float32Array[]): readonly number[] =>
  others.map((other) => {
    const cosine = other.reduce((sum, value, index) => sum + value * (first?.[index] ?? 0), 0)
    return Math.min(1, Math.max(0, (1 + cosine) / 2))
  })
