import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHttpsPeerTransport } from '@service/router/adapters/peers/https-peer-transport.ts'
import type { PeerTransportPorts } from '@service/router/adapters/peers/https-peer-transport.ts'
import { openNodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import { createPeerBearerMint } from '@service/router/adapters/peers/peer-bearer-mint.ts'
import type { PeerLocation } from '@service/router/adapters/peers/peer-hosts.ts'
import { tcpConnects } from '@service/router/adapters/peers/tcp-connects.ts'
import type { PeerTransport } from '@service/router/features/other-nodes/peer-transport.ts'
import type { OutboundRequest } from '@service/router/features/forwarding/service-transport.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { PeerNode } from './peer-node.ts'

/** A node that sends to others. */
export interface NearNode {
  readonly nodeId: NodeId
  readonly transport: PeerTransport
  readonly bearerFor: (nodeId: NodeId) => string
  readonly locations: Map<NodeId, PeerLocation>
  /** Nodes whose link is declared down now. */
  readonly down: ReadonlySet<NodeId>
  declareDown(nodeId: NodeId): void
  declareUp(nodeId: NodeId): void
  /** Both know each other then. */
  meet(far: PeerNode): void
  close(): void
}

export const openNearNode = async (changes: Partial<PeerTransportPorts> = {}): Promise<NearNode> => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-near-'))
  const { nodeId, sign } = await openNodeIdentity({ skeinHome: directory, now: () => Date.now() })
  const locations = new Map<NodeId, PeerLocation>()
  const down = new Set<NodeId>()
  const listeners = new Set<{ readonly nodeId: NodeId; readonly listener: () => void }>()
  const bearerFor = createPeerBearerMint({ self: nodeId, sign, now: () => Date.now() })
  const transport = createHttpsPeerTransport({
    locate: (other) => locations.get(other),
    bearerFor,
    isDown: (other) => down.has(other),
    onNodeDown(other, listener) {
      const entry = { nodeId: other, listener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    connects: tcpConnects,
    now: () => performance.now(),
    ...changes,
  })
  return {
    nodeId,
    transport,
    bearerFor,
    locations,
    down,
    declareDown(other) {
      down.add(other)
      for (const { nodeId: watched, listener } of listeners) if (watched === other) listener()
    },
    declareUp: (other) => void down.delete(other),
    meet(far) {
      locations.set(far.identity.nodeId, far.location)
      far.standings.set(nodeId, 'member')
    },
    close: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** A request as a router sends it: for somebody on its machine, unless said otherwise. */
export const outbound = (
  pathAndQuery: string,
  {
    body = null,
    headers = {},
    method = body === null ? 'GET' : 'POST',
    signal = new AbortController().signal,
  }: Partial<Omit<OutboundRequest, 'headers' | 'pathAndQuery'>> & {
    readonly headers?: Readonly<Record<string, string>>
  } = {},
): OutboundRequest => ({
  method,
  pathAndQuery,
  headers: new Headers({ 'x-skein-caller': 'local', 'x-request-id': 'asked', ...headers }),
  body,
  signal,
})

export const jsonBody = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(value))
