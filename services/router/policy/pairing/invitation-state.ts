/** Failed attempts of all callers together after which an invitation is dead. */
export const MOST_PAIRING_ATTEMPTS = 3
/** How long a code is good to begin with. */
export const INVITATION_MS = 10 * 60_000
/** How long the proof of a code may take: two requests. */
export const PROVING_MS = 20_000
/** How long both people have to compare digits and say yes. */
export const CONFIRMING_MS = 5 * 60_000
/** A joining node asks at least every 20 s how things stand. */
export const SILENCE_MS = 60_000
/** How long a node that was let in may take to say that it has arrived. */
export const ARRIVAL_MS = 60_000

/** How an invitation ended without a new member that is known to have arrived. */
export type InvitationEnd =
  | 'expired'
  | 'too-many-attempts'
  | 'cancelled'
  | 'refused-here'
  | 'refused-there'
  | 'not-confirmed'
  | 'other-side-gone'
  /** It was let in, and could not take it: it has been shut out again. */
  | 'arrival-failed'
  /** It was let in, and said nothing more: it may be in the cluster or not. */
  | 'no-arrival'
  | 'failed'

export type Answer = 'none' | 'yes' | 'no'

export type InvitationPhase =
  | { readonly type: 'open' }
  | {
      readonly type: 'confirming'
      readonly pairingId: string
      readonly here: Answer
      readonly there: Answer
      readonly untilMs: number
      readonly silentAtMs: number
    }
  /** Both said yes. */
  | { readonly type: 'admitting'; readonly pairingId: string }
  | { readonly type: 'admitted'; readonly pairingId: string; readonly untilMs: number }
  | { readonly type: 'joined'; readonly pairingId: string }
  | { readonly type: 'ended'; readonly reason: InvitationEnd }

/** All times are of one clock that never jumps. */
export interface InvitationState {
  readonly expiresAtMs: number
  readonly attemptsLeft: number
  /** Attempts that have begun and not been proved: until when they may be. */
  readonly proving: Readonly<Record<string, number>>
  readonly phase: InvitationPhase
}

export type InvitationEvent =
  /** Whoever has begun knows whether it has guessed right, also when nothing more is heard: this is what counts. */
  | { readonly type: 'attempt-start'; readonly pairingId: string }
  | { readonly type: 'attempt-failed'; readonly pairingId: string }
  | { readonly type: 'proved'; readonly pairingId: string }
  | { readonly type: 'heard' }
  | { readonly type: 'answered-here'; readonly answer: Exclude<Answer, 'none'> }
  | { readonly type: 'answered-there'; readonly answer: Exclude<Answer, 'none'> }
  | { readonly type: 'admitted' }
  | { readonly type: 'arrived' }
  | { readonly type: 'arrival-failed' }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed' }
  /** Time has passed. */
  | { readonly type: 'tick' }

export const newInvitation = (nowMs: number): InvitationState => ({
  expiresAtMs: nowMs + INVITATION_MS,
  attemptsLeft: MOST_PAIRING_ATTEMPTS,
  proving: {},
  phase: { type: 'open' },
})

/** Why nobody may begin to prove the code now; undefined: they may. */
export const attemptRefusal = (state: InvitationState, nowMs: number): 'used' | InvitationEnd | undefined => {
  if (state.phase.type === 'ended') return state.phase.reason
  if (state.phase.type !== 'open') return 'used'
  if (state.expiresAtMs <= nowMs) return 'expired'
  return state.attemptsLeft > 0 ? undefined : 'too-many-attempts'
}

/** When `tick` will change something, unless something else does before; undefined: never. */
export const nextDeadlineMs = (state: InvitationState): number | undefined => {
  const { phase } = state
  if (phase.type === 'open') {
    const proofs = Object.values(state.proving)
    // Who began in time may end its proof.
    return proofs.length === 0 ? state.expiresAtMs : Math.min(...proofs)
  }
  if (phase.type === 'confirming') return Math.min(phase.untilMs, phase.silentAtMs)
  return phase.type === 'admitted' ? phase.untilMs : undefined
}

/** What does not fit the state changes nothing. */
export const invitationAfter = (
  state: InvitationState,
  event: InvitationEvent,
  nowMs: number,
): InvitationState => {
  const current = afterTime(state, nowMs)
  switch (current.phase.type) {
    case 'open':
      return whileOpen(current, event, nowMs)
    case 'confirming':
      return { ...current, phase: whileConfirming(current.phase, event, nowMs) }
    case 'admitting':
      return { ...current, phase: whileAdmitting(current.phase, event, nowMs) }
    case 'admitted':
      return { ...current, phase: whileAdmitted(current.phase, event) }
    default:
      return current
  }
}

const ended = (reason: InvitationEnd): InvitationPhase => ({ type: 'ended', reason })

const whileOpen = (state: InvitationState, event: InvitationEvent, nowMs: number): InvitationState => {
  switch (event.type) {
    case 'attempt-start':
      return attemptRefusal(state, nowMs) === undefined
        ? {
            ...state,
            attemptsLeft: state.attemptsLeft - 1,
            proving: { ...state.proving, [event.pairingId]: nowMs + PROVING_MS },
          }
        : state
    case 'attempt-failed':
      return unlessSpent({ ...state, proving: without(state.proving, [event.pairingId]) })
    case 'proved':
      return Object.hasOwn(state.proving, event.pairingId)
        ? { ...state, proving: {}, phase: confirmingOf(event.pairingId, nowMs) }
        : state
    case 'cancelled':
      return { ...state, proving: {}, phase: ended('cancelled') }
    default:
      return state
  }
}

const confirmingOf = (pairingId: string, nowMs: number): InvitationPhase => ({
  type: 'confirming',
  pairingId,
  here: 'none',
  there: 'none',
  untilMs: nowMs + CONFIRMING_MS,
  silentAtMs: nowMs + SILENCE_MS,
})

const whileConfirming = (
  phase: Extract<InvitationPhase, { type: 'confirming' }>,
  event: InvitationEvent,
  nowMs: number,
): InvitationPhase => {
  switch (event.type) {
    case 'heard':
      return { ...phase, silentAtMs: nowMs + SILENCE_MS }
    case 'answered-here':
      return agreed({ ...phase, here: event.answer })
    case 'answered-there':
      return agreed({ ...phase, there: event.answer })
    case 'cancelled':
      return ended('cancelled')
    default:
      return phase
  }
}

const agreed = (phase: Extract<InvitationPhase, { type: 'confirming' }>): InvitationPhase => {
  if (phase.here === 'no') return ended('refused-here')
  if (phase.there === 'no') return ended('refused-there')
  return phase.here === 'yes' && phase.there === 'yes'
    ? { type: 'admitting', pairingId: phase.pairingId }
    : phase
}

const whileAdmitting = (
  phase: Extract<InvitationPhase, { type: 'admitting' }>,
  event: InvitationEvent,
  nowMs: number,
): InvitationPhase => {
  if (event.type === 'failed') return ended('failed')
  return event.type === 'admitted'
    ? { type: 'admitted', pairingId: phase.pairingId, untilMs: nowMs + ARRIVAL_MS }
    : phase
}

const whileAdmitted = (
  phase: Extract<InvitationPhase, { type: 'admitted' }>,
  event: InvitationEvent,
): InvitationPhase => {
  if (event.type === 'arrival-failed') return ended('arrival-failed')
  return event.type === 'arrived' ? { type: 'joined', pairingId: phase.pairingId } : phase
}

const afterTime = (state: InvitationState, nowMs: number): InvitationState => {
  const { phase } = state
  if (phase.type === 'open') return openAfterTime(state, nowMs)
  if (phase.type === 'confirming' && phase.untilMs <= nowMs)
    return { ...state, phase: ended('not-confirmed') }
  if (phase.type === 'confirming' && phase.silentAtMs <= nowMs)
    return { ...state, phase: ended('other-side-gone') }
  if (phase.type === 'admitted' && phase.untilMs <= nowMs) return { ...state, phase: ended('no-arrival') }
  return state
}

const openAfterTime = (state: InvitationState, nowMs: number): InvitationState => {
  const late = Object.keys(state.proving).filter((id) => (state.proving[id] ?? 0) <= nowMs)
  const current = late.length === 0 ? state : unlessSpent({ ...state, proving: without(state.proving, late) })
  const isOver =
    current.phase.type === 'open' && current.expiresAtMs <= nowMs && Object.keys(current.proving).length === 0
  return isOver ? { ...current, phase: ended('expired') } : current
}

/** Dead when the last attempt is spent and none can succeed any more. */
const unlessSpent = (state: InvitationState): InvitationState =>
  state.attemptsLeft === 0 && Object.keys(state.proving).length === 0
    ? { ...state, phase: ended('too-many-attempts') }
    : state

const without = (
  proving: Readonly<Record<string, number>>,
  ids: readonly string[],
): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(proving).filter(([id]) => !ids.includes(id)))
