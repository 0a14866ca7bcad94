import { tagOfPairingCode } from '../../policy/pairing/pairing-code.ts'
import type { PairingCode } from '../../policy/pairing/pairing-code.ts'
import { showPeerAddress } from '../../policy/pairing/peer-address.ts'
import type { PeerAddress } from '../../policy/pairing/peer-address.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import { JoiningFailed } from './joining-failed.ts'
import type { Hello } from './pairing-messages.ts'
import type { FindNodes, PairingWire } from './pairing-ports.ts'

/** How long the local network is looked at. */
const LOOK_MS = 20_000
/** Anybody can say in the network that there is a node. */
const MOST_CANDIDATES = 64

export interface Inviter {
  readonly address: PeerAddress
  readonly hello: Hello
}

export interface FindInviterPorts {
  readonly wire: PairingWire
  readonly findNodes: FindNodes
  readonly clock: RouterClock
}

/** The node whose invitation has this code, by the part of the code that is no secret. @throws JoiningFailed */
export const findInviter = async (
  { address, code }: { readonly code: PairingCode; readonly address: PeerAddress | undefined },
  ports: FindInviterPorts,
  signal: AbortSignal,
): Promise<Inviter> => {
  const tag = tagOfPairingCode(code)
  if (address === undefined) return lookAround(tag, ports, signal)
  const hello = await ports.wire.hello(address, signal)
  if (hello.invitationTag !== tag) throw new JoiningFailed('no-such-invitation')
  return { address, hello }
}

const lookAround = async (
  tag: string,
  { clock, findNodes, wire }: FindInviterPorts,
  signal: AbortSignal,
): Promise<Inviter> => {
  const looking = new AbortController()
  const { promise, reject, resolve } = Promise.withResolvers<Inviter>()
  const asked = new Set<string>()
  let othersInvite = false
  const lookAt = async (address: PeerAddress): Promise<void> => {
    const hello = await wire.hello(address, looking.signal)
    if (hello.invitationTag === tag) resolve({ address, hello })
    othersInvite ||= hello.isInviting
  }
  const giveUp = (): void => reject(new JoiningFailed(othersInvite ? 'no-such-invitation' : 'nobody-invites'))
  const stop = (): void => reject(signal.reason)
  signal.addEventListener('abort', stop)
  const cancelTimer = clock.after(LOOK_MS, giveUp)
  findNodes({
    signal: looking.signal,
    onSighting({ dataPort, host }) {
      const address = { host, port: dataPort }
      const name = showPeerAddress(address)
      if (asked.has(name) || asked.size >= MOST_CANDIDATES) return
      asked.add(name)
      // Who does not answer may be asked at another of its addresses.
      lookAt(address).catch(() => undefined)
    },
  }).catch(reject)
  try {
    return await promise
  } finally {
    cancelTimer()
    signal.removeEventListener('abort', stop)
    looking.abort()
  }
}
