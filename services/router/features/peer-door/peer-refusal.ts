import { Fault } from '@shared/fault/fault.ts'
import type { FaultCode } from '@shared/fault/fault.ts'

/** Why the door for nodes lets nobody in. */
export const PEER_REFUSAL_REASONS = ['unauthorized', 'not-a-member', 'removed', 'clocks-differ'] as const
export type PeerRefusalReason = (typeof PEER_REFUSAL_REASONS)[number]

export interface PeerRefusal {
  readonly reason: PeerRefusalReason
  /** Of the two clocks. */
  readonly differenceMs?: number
}

/**
 * On replies of the door itself, never on those of what is behind it: so a node can tell that the other router refuses
 * the node, and not its client. `<reason>`, or `clocks-differ <milliseconds>`.
 */
export const PEER_REFUSED_HEADER = 'x-skein-peer-refused'

const CODES = {
  unauthorized: 'unauthorized',
  'not-a-member': 'forbidden',
  removed: 'forbidden',
  'clocks-differ': 'unauthorized',
} as const satisfies Record<PeerRefusalReason, FaultCode>

const MESSAGES = {
  unauthorized: () => 'This door is for the nodes of its cluster.',
  'not-a-member': () => 'This node is not a member of the cluster. `skein join` makes it one.',
  removed: () => 'This node was removed from the cluster. `skein join` lets it in again.',
  'clocks-differ': (differenceMs) =>
    `The clocks of the two machines differ by ${durationText(differenceMs)}. Set them right: nodes trust each other only for a minute at a time.`,
} as const satisfies Record<PeerRefusalReason, (differenceMs: number) => string>

/** Said by the node that refuses. */
export const peerRefusal = ({ differenceMs = 0, reason }: PeerRefusal): Fault =>
  new Fault(CODES[reason], MESSAGES[reason](differenceMs), {
    details: { reason, ...(reason === 'clocks-differ' ? { differenceMs } : {}) },
  })

/** Of a Fault of `peerRefusal`; undefined for any other. */
export const peerRefusalText = ({ details }: Fault): string | undefined => {
  const reason = PEER_REFUSAL_REASONS.find((known) => known === details?.['reason'])
  if (reason === undefined) return undefined
  return reason === 'clocks-differ' ? `${reason} ${details?.['differenceMs'] ?? 0}` : reason
}

/** The same Fault at the node that was refused; undefined when it was not. */
export const peerRefusalIn = (headers: Headers): Fault | undefined => {
  const [word, figure] = headers.get(PEER_REFUSED_HEADER)?.split(' ') ?? []
  const reason = PEER_REFUSAL_REASONS.find((known) => known === word)
  if (reason === undefined) return undefined
  const differenceMs = Number(figure)
  return peerRefusal({ reason, differenceMs: Number.isFinite(differenceMs) ? differenceMs : 0 })
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const durationText = (durationMs: number): string => {
  const [count, unit] =
    durationMs < 2 * HOUR_MS
      ? [Math.round(durationMs / MINUTE_MS), 'minute']
      : [Math.round(durationMs / HOUR_MS), 'hour']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
