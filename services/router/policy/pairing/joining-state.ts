import type { Answer } from './invitation-state.ts'
import type { PairingProblem } from './pairing-problem.ts'

/** How far this node is on its way into a cluster. */
export type JoiningPhase =
  | { readonly type: 'looking' }
  /** The inviting node was found; does it know the code? */
  | { readonly type: 'proving' }
  /** It does; people compare digits. */
  | { readonly type: 'confirming'; readonly here: Answer; readonly isConfirmedThere: boolean }
  /** Both said yes. */
  | { readonly type: 'entering' }
  | { readonly type: 'joined' }
  | { readonly type: 'failed'; readonly problem: PairingProblem }

export type JoiningEvent =
  | { readonly type: 'found' }
  | { readonly type: 'proved' }
  | { readonly type: 'answered-here'; readonly answer: Exclude<Answer, 'none'> }
  | { readonly type: 'confirmed-there' }
  | { readonly type: 'welcome' }
  | { readonly type: 'entered' }
  | { readonly type: 'failed'; readonly problem: PairingProblem }

/** What does not fit the phase changes nothing. */
export const joiningAfter = (phase: JoiningPhase, event: JoiningEvent): JoiningPhase => {
  if (isOver(phase)) return phase
  if (event.type === 'failed') return { type: 'failed', problem: event.problem }
  switch (phase.type) {
    case 'looking':
      return event.type === 'found' ? { type: 'proving' } : phase
    case 'proving':
      return event.type === 'proved' ? { type: 'confirming', here: 'none', isConfirmedThere: false } : phase
    case 'confirming':
      return whileConfirming(phase, event)
    default:
      return event.type === 'entered' ? { type: 'joined' } : phase
  }
}

const whileConfirming = (
  phase: Extract<JoiningPhase, { type: 'confirming' }>,
  event: JoiningEvent,
): JoiningPhase => {
  switch (event.type) {
    case 'answered-here':
      // The first answer counts: the other node may have heard it.
      return phase.here === 'none' ? { ...phase, here: event.answer } : phase
    case 'confirmed-there':
      return phase.isConfirmedThere ? phase : { ...phase, isConfirmedThere: true }
    case 'welcome':
      // Nobody is brought in by the other side alone.
      return phase.here === 'yes' ? { type: 'entering' } : phase
    default:
      return phase
  }
}

export const isOver = (phase: JoiningPhase): boolean => phase.type === 'joined' || phase.type === 'failed'
