import type { ClusterLink } from './cluster-link.ts'
import type { ClusterRules } from './cluster-rules.ts'

/** What is to be done about a link now. */
export type LinkVerdict = 'rest' | 'ping' | 'silent'

/** No ping follows another more closely. */
const PINGS_PER_SILENCE = 2

/**
 * Whether a link still lives.
 *
 * 1. Nothing came for longer than a living node keeps silent → silent.
 * 2. The round trip was not measured, or long ago → ping; both ends do.
 * 3. One end of each link, the one with the smaller id, sees to it that something goes both ways all the time: when it
 *    has heard nothing, or has said nothing, for a while → ping. The pong is what the one end hears, the ping the other.
 */
export const judgeLink = (
  link: ClusterLink,
  rules: ClusterRules,
  { isProber, nowMs }: { readonly isProber: boolean; readonly nowMs: number },
): LinkVerdict => {
  if (nowMs - link.heardAtMs >= rules.silentAfterMs) return 'silent'
  if (link.hello === undefined) return 'rest'
  const sincePingMs = link.ping === undefined ? Number.POSITIVE_INFINITY : nowMs - link.ping.sentAtMs
  if (sincePingMs >= rules.measureEveryMs) return 'ping'
  if (!isProber || sincePingMs < rules.probeAfterMs / PINGS_PER_SILENCE) return 'rest'
  const quietSinceMs = Math.min(link.heardAtMs, link.sentAtMs)
  return nowMs - quietSinceMs >= rules.probeAfterMs ? 'ping' : 'rest'
}

/**
 * How much of the time since the last tick this process was not there: stopped, or too busy to look. What came meanwhile
 * lies in our own buffers, so that nobody else is to blame for the silence.
 */
export class TickWatch {
  private lastMs: number | undefined

  constructor(private readonly tickMs: number) {}

  lateMs(nowMs: number): number {
    const late = this.lastMs === undefined ? 0 : nowMs - this.lastMs - this.tickMs
    this.lastMs = nowMs
    return Math.max(0, late)
  }
}
