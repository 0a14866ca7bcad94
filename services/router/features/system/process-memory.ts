/** The sample of prom-client's gauge, with or without labels. */
const RESIDENT_BYTES = /^process_resident_memory_bytes(?:\{[^}]*\})? ([\d.e+]+)$/m

/** How much memory a process holds, out of its metrics; null when they do not tell. */
export const residentBytesIn = (metrics: string): number | null => {
  const bytes = Number(RESIDENT_BYTES.exec(metrics)?.[1] ?? Number.NaN)
  return Number.isFinite(bytes) && bytes > 0 ? bytes : null
}
