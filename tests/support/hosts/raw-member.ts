import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TroubleNotes } from '@service/router/adapters/links/libp2p-handshake.ts'
import { createLinkHost, LINK_PROTOCOL } from '@service/router/adapters/links/libp2p-host.ts'
import { TcpDoor, tcpAddress } from '@service/router/adapters/links/libp2p-tcp.ts'
import { openNodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import type { TestPeer } from './test-peer.ts'

/** A member with the right key that does not keep to what links are: it has the connection and no manners. */
export const connectRawMember = async (to: TestPeer) => {
  const skeinHome = mkdtempSync(join(tmpdir(), 'skein-raw-'))
  const identity = await openNodeIdentity({ skeinHome, now: Date.now })
  rmSync(skeinHome, { recursive: true })
  const notes: TroubleNotes = new WeakMap()
  const door = new TcpDoor({ notes, onInbound: (_, upgrade) => upgrade(), onListenFailed: () => undefined })
  const host = await createLinkHost({
    key: await identity.libp2pKey(),
    secret: new Uint8Array(32).fill(1),
    address: tcpAddress('127.0.0.1', 0),
    notes,
    door,
    isRefused: () => false,
  })
  await host.start()
  const address = tcpAddress('127.0.0.1', to.linkPort, to.nodeId)
  const connection = await door.dial(address, AbortSignal.timeout(5000), () => undefined)
  return {
    nodeId: identity.nodeId,
    connection,
    openStream: () => connection.newStream(LINK_PROTOCOL, { maxOutboundStreams: 100 }),
    stop: () => host.stop(),
  }
}
