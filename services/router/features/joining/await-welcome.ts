import { Value } from '@sinclair/typebox/value'
import { CONFIRMING_MS, SILENCE_MS } from '../../policy/pairing/invitation-state.ts'
import { isPairingProblem } from '../../policy/pairing/pairing-problem.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ClusterBundle } from '../cluster/cluster-desk.ts'
import { readClusterBundle } from './cluster-bundle-schema.ts'
import { JoiningFailed } from './joining-failed.ts'
import type { Joining } from './joining.ts'
import { WaitAnswer } from './pairing-messages.ts'
import type { WaitQuestion } from './pairing-messages.ts'
import { HostUnreachable } from './pairing-ports.ts'
import type { ProvedHost } from './prove-code.ts'

/** Between two questions, so that who answers at once is not asked without end. */
const PAUSE_MS = 500
/** The host ends it a little earlier, with the reason. */
const LONGEST_MS = CONFIRMING_MS + 30_000
const ARRIVED_TRIES = 3

/** Asks the host how things stand. A question and its answer have a number that both are sealed with. */
export type AskHost = (says: WaitQuestion['says'], signal: AbortSignal) => Promise<WaitAnswer>

export const createAskHost = (joining: Joining, { host, pairingId, pinned }: ProvedHost): AskHost => {
  let number = 0
  return async (says, signal) => {
    number += 1
    const own = number
    const { phase } = joining
    const knowsOfYes = phase.type === 'confirming' && phase.isConfirmedThere
    const question = { says, knowsOfYes } satisfies WaitQuestion
    const sealed = await host.channel.seal(`question ${own}`, question)
    const reply = await pinned.wait({ pairing: pairingId, number: own, sealed }, signal)
    const answer = await host.channel.open(`answer ${own}`, reply.sealed)
    if (!Value.Check(WaitAnswer, answer)) throw new JoiningFailed('broken-message')
    return answer
  }
}

/** Resolves when both people have said yes. @throws JoiningFailed, HostRefused */
export const awaitWelcome = async (
  joining: Joining,
  ask: AskHost,
  { clock, signal }: { readonly clock: RouterClock; readonly signal: AbortSignal },
): Promise<ClusterBundle> => {
  const until = clock.now() + LONGEST_MS
  let silentAt = clock.now() + SILENCE_MS
  for (;;) {
    signal.throwIfAborted()
    const says = wordOf(joining)
    const answer = await askUnlessAnswered(joining, ask, says, signal)
    if (answer !== undefined) silentAt = clock.now() + SILENCE_MS
    if (says === 'no') throw new JoiningFailed('refused-here')
    const bundle = answer === undefined ? undefined : bundleIn(answer, joining)
    if (bundle !== undefined) return bundle
    if (clock.now() >= silentAt) throw new JoiningFailed('other-side-gone')
    if (clock.now() >= until) throw new JoiningFailed('not-confirmed')
    await joining.watch.until(() => wordOf(joining) !== says, PAUSE_MS, signal)
  }
}

/** The other end may show what it did: it matters to nobody but to people, hence a few tries and no failure. */
export const tellArrival = async (
  ask: AskHost,
  says: 'arrived' | 'not-arrived',
  signal: AbortSignal,
): Promise<void> => {
  for (let attempt = 0; attempt < ARRIVED_TRIES && !signal.aborted; attempt += 1) {
    const answer = await ask(says, signal).catch(() => undefined)
    if (answer !== undefined) return
  }
}

const wordOf = ({ phase }: Joining): 'nothing' | 'yes' | 'no' =>
  phase.type !== 'confirming' || phase.here === 'none' ? 'nothing' : phase.here

/** Undefined when nothing was heard: the host is away, or the owner has just answered and it is to be told at once. */
const askUnlessAnswered = async (
  joining: Joining,
  ask: AskHost,
  says: 'nothing' | 'yes' | 'no',
  signal: AbortSignal,
): Promise<WaitAnswer | undefined> => {
  const cut = says === 'nothing' ? AbortSignal.any([signal, joining.answered]) : signal
  try {
    return await ask(says, cut)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof HostUnreachable || cut.aborted) return undefined
    throw error
  }
}

const bundleIn = (answer: WaitAnswer, joining: Joining): ClusterBundle | undefined => {
  if (answer.type === 'ended')
    throw new JoiningFailed(isPairingProblem(answer.problem) ? answer.problem : 'failed')
  if (answer.type === 'waiting' && answer.hasConfirmed) joining.apply({ type: 'confirmed-there' })
  if (answer.type !== 'welcome') return undefined
  joining.apply({ type: 'welcome' })
  const bundle = readClusterBundle(answer.bundle)
  // A host that skips our owner's yes is not let through either.
  if (bundle === undefined || joining.phase.type !== 'entering') throw new JoiningFailed('broken-message')
  return bundle
}
