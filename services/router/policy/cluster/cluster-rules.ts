/** When something happens. */
export interface Moment {
  /** Milliseconds of a clock that never jumps. */
  readonly nowMs: number
  /** Unix milliseconds of the clock on the wall, which people and time servers put forward and back. */
  readonly wallClockMs: number
}

export interface ClusterRules {
  /** The longest time that is usual between two ticks. What a tick is late, the peers get in addition. */
  readonly tickMs: number
  /** A link over which nothing went for so long is probed. */
  readonly probeAfterMs: number
  /** A link over which nothing came for so long, in spite of probes, is down. */
  readonly silentAfterMs: number
  /** Both ends measure the round trip again after this time. */
  readonly measureEveryMs: number
  /** How often one other node is asked for what we have missed. */
  readonly digestEveryMs: number
  /** Topics that change all the time are sent at most once in this time. */
  readonly coalesceMs: number
  readonly firstRetryMs: number
  readonly longestRetryMs: number
  /** The node with the greater id leaves the first try to the other one, for so long. */
  readonly yieldMs: number
  /** A link that was up for so long has shown that dialling is worth it: back-off begins anew. */
  readonly steadyLinkMs: number
  readonly dialsAtOnce: number
  /** A dial of which nothing is heard for so long has failed. */
  readonly dialPatienceMs: number
  /** Nodes that are members at the same time. */
  readonly memberLimit: number
  /** Records of all kinds, tombstones too. */
  readonly recordLimit: number
}

export const DEFAULT_CLUSTER_RULES: ClusterRules = {
  tickMs: 250,
  probeAfterMs: 800,
  silentAfterMs: 2300,
  measureEveryMs: 5000,
  digestEveryMs: 5000,
  coalesceMs: 200,
  firstRetryMs: 250,
  longestRetryMs: 5000,
  yieldMs: 150,
  steadyLinkMs: 5000,
  dialsAtOnce: 8,
  dialPatienceMs: 20_000,
  memberLimit: 256,
  recordLimit: 4096,
}
