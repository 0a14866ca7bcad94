/** How a body comes in. */
export interface BodyProgress {
  readonly receivedBytes: number
  /** Time in which nothing but the client was waited for. */
  readonly waitedMs: number
}

/** What every client has, however little it sends: a phone that changes its network, a laptop that wakes up. */
export const GRACE_MS = 30_000
/** Beyond that a client sends at least this much: less than any line that could carry the answer. */
export const SLOWEST_BYTES_PER_SECOND = 1024

/** For how long the next bytes of a body may be waited for; nothing is left of that for who trickles. */
export const bodyPatienceMs = ({ receivedBytes, waitedMs }: BodyProgress): number =>
  Math.max(0, GRACE_MS + (receivedBytes / SLOWEST_BYTES_PER_SECOND) * 1000 - waitedMs)
