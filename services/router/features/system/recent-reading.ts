/**
 * Reads at most once in a while: who asks meanwhile gets the last answer, or waits for the one that is on its way. A
 * reading that failed is not kept.
 */
export const createRecentReading = <Reading>(
  read: () => Promise<Reading>,
  keptMs: number,
  now: () => number,
): (() => Promise<Reading>) => {
  let last: { readonly reading: Promise<Reading>; endsAtMs: number } | undefined
  return () => {
    if (last !== undefined && now() < last.endsAtMs) return last.reading
    const reading = read()
    // Until it is there nobody starts another; from then on its age counts.
    const current = { reading, endsAtMs: Number.POSITIVE_INFINITY }
    last = current
    reading.then(
      () => void (current.endsAtMs = now() + keptMs),
      () => void (current.endsAtMs = now()),
    )
    return reading
  }
}
