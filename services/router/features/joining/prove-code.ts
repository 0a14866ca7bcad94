import { parseNodeId } from '../../policy/cluster/node-id.ts'
import { PROTOCOL_VERSION } from '../../policy/cluster/node-topics.ts'
import { tagOfPairingCode } from '../../policy/pairing/pairing-code.ts'
import type { PairingCode } from '../../policy/pairing/pairing-code.ts'
import { showPeerAddress } from '../../policy/pairing/peer-address.ts'
import type { Inviter } from './find-inviter.ts'
import { JoiningFailed } from './joining-failed.ts'
import type { JoiningHost } from './joining.ts'
import { clockWarnings, openNodeCard, sealNodeCard } from './node-card.ts'
import type { NodeCardFacts } from './node-card.ts'
import type { NodeSigner, PairingCrypto, PairingWire, PinnedHost } from './pairing-ports.ts'

export interface ProveCodePorts {
  readonly wire: PairingWire
  readonly crypto: PairingCrypto
  readonly signer: NodeSigner
  readonly card: NodeCardFacts
  /** Unix milliseconds. */
  readonly now: () => number
}

/** Both know the code, and are who they say. */
export interface ProvedHost {
  readonly pairingId: string
  readonly host: JoiningHost
  readonly pinned: PinnedHost
  readonly warnings: readonly string[]
}

/**
 * From here on only who holds the certificate of the hello is spoken to, and the proof holds for this certificate alone.
 * @throws JoiningFailed, HostRefused, HostUnreachable
 */
export const proveCode = async (
  code: PairingCode,
  { address, hello }: Inviter,
  { card, crypto, now, signer, wire }: ProveCodePorts,
  signal: AbortSignal,
): Promise<ProvedHost> => {
  const hostId = parseNodeId(hello.nodeId)
  if (hostId === undefined) throw new JoiningFailed('broken-message')
  const pinned = wire.pinned(address, hello.certificate)
  const ask = crypto.proof.ask(code)
  const started = await pinned.start(
    {
      protocolVersion: PROTOCOL_VERSION,
      nodeId: signer.nodeId,
      tag: tagOfPairingCode(code),
      request: ask.request,
    },
    signal,
  )
  const parties = {
    pairingId: started.pairing,
    hostId,
    joinerId: signer.nodeId,
    certificate: hello.certificate,
  }
  const concluded = ask.conclude(started.reply, parties)
  if (concluded === undefined) {
    pinned.giveUp(started.pairing)
    throw new JoiningFailed('code-wrong', started.attemptsLeft)
  }
  const channel = await crypto.channel(concluded.secret, parties, 'joiner')
  const sealed = await sealNodeCard('joiner', card, { channel, signer, clock: now() })
  const finished = await pinned.finish({ pairing: started.pairing, proof: concluded.proof, sealed }, signal)
  const hostsCard = await openNodeCard('host', finished.sealed, { channel, signer, nodeId: hostId })
  if (hostsCard === undefined) throw new JoiningFailed('identity-not-proved')
  const { clock, name, version } = hostsCard
  return {
    pairingId: started.pairing,
    host: { nodeId: hostId, name, version, address: showPeerAddress(address), channel },
    pinned,
    warnings: clockWarnings(clock, now()),
  }
}
