const NANOSECONDS_PER_MS = 1e6

/** A length of time as Ollama writes it. */
export const ollamaNanoseconds = (durationMs: number): number => Math.round(durationMs * NANOSECONDS_PER_MS)

/** A moment (Unix milliseconds) as Ollama writes it: RFC 3339 with nanoseconds. */
export const ollamaTime = (unixMs: number): string => new Date(unixMs).toISOString().replace('Z', '000000Z')
