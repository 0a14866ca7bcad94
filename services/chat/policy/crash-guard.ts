/** A model whose engine died this often within the window is left alone for the rest of it. */
export const CRASH_LIMIT = 3
export const CRASH_WINDOW_MS = 60_000

/**
 * How long to keep a model closed whose engine keeps dying.
 * @param crashedAt times of its engine's deaths in milliseconds
 * @returns milliseconds until it may be opened again; 0: now
 */
export const crashPauseMs = (crashedAt: readonly number[], now: number): number => {
  const recent = crashedAt.filter((time) => now - time < CRASH_WINDOW_MS)
  const oldest = recent[0]
  return oldest === undefined || recent.length < CRASH_LIMIT ? 0 : oldest + CRASH_WINDOW_MS - now
}
