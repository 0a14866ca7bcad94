/** Below this share of free memory programs begin to wait for it. */
const SCARCE_SHARE = 0.15
/** Below this one something will be ended soon. */
const NEARLY_NONE_SHARE = 0.05
/** Percent of the last ten seconds in which some, or all, programs stood still for want of memory. */
const SOME_STALLED_PERCENT = 10
const ALL_STALLED_PERCENT = 5

export interface MemoryNeed {
  readonly totalBytes: number
  readonly availableBytes: number
  /** As Linux tells; 0 where nothing tells. */
  readonly someStalledPercent: number
  readonly allStalledPercent: number
}

/** How short memory is, in the three words that macOS has for it. */
export const memoryPressure = (need: MemoryNeed): 'normal' | 'warning' | 'critical' => {
  const share = need.totalBytes > 0 ? need.availableBytes / need.totalBytes : 1
  if (share < NEARLY_NONE_SHARE || need.allStalledPercent > ALL_STALLED_PERCENT) return 'critical'
  return share < SCARCE_SHARE || need.someStalledPercent > SOME_STALLED_PERCENT ? 'warning' : 'normal'
}
