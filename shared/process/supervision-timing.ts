/** How patient a supervisor is. Milliseconds, where not said otherwise. */
export interface SupervisionTiming {
  /** A child that does not answer its probe this long after its start is killed. */
  readonly readyWithinMs: number
  /** Pause between probes of a child that does not answer yet. */
  readonly startProbeEveryMs: number
  /** Pause between probes of a child that answers. */
  readonly probeEveryMs: number
  /** A probe that takes longer has failed. */
  readonly probeTimeoutMs: number
  /** So many failed probes in a row mean that the child hangs; it is killed. */
  readonly hungAfterProbes: number
  /** So many failures in a row before the first readiness, and it is not started again. Infinity: never gives up. */
  readonly giveUpAfterFailures: number
}

export const DEFAULT_SUPERVISION_TIMING: SupervisionTiming = {
  readyWithinMs: 60_000,
  startProbeEveryMs: 50,
  probeEveryMs: 3_000,
  // Long, because all services of a node share its processors with the engines.
  probeTimeoutMs: 5_000,
  hungAfterProbes: 3,
  giveUpAfterFailures: Number.POSITIVE_INFINITY,
}
