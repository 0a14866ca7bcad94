/** How much of the time between two readings of running totals was spent at work: 0 to 100, with one decimal. */
export const cpuPercent = (
  earlier: { readonly busy: number; readonly available: number },
  later: { readonly busy: number; readonly available: number },
): number => {
  const available = later.available - earlier.available
  // A machine that slept or was moved may count backwards.
  if (available <= 0) return 0
  const percent = (100 * (later.busy - earlier.busy)) / available
  return Math.round(Math.min(100, Math.max(0, percent)) * 10) / 10
}
