import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listenPeers } from '@service/router/adapters/peers/listen-peers.ts'
import type { PeerListenerOptions } from '@service/router/adapters/peers/listen-peers.ts'
import { openNodeCertificate } from '@service/router/adapters/cluster/node-certificate-file.ts'
import { openNodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import type { NodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import { createPeerBearerCheck } from '@service/router/adapters/peers/peer-bearer-check.ts'
import type { PeerStanding } from '@service/router/adapters/peers/peer-bearer-check.ts'
import type { PeerLocation } from '@service/router/adapters/peers/peer-hosts.ts'
import { createKeyDesk } from '@service/router/features/access/key-desk.ts'
import type { KeyRing } from '@service/router/features/access/key-ring.ts'
import { bytesControl, metricsControl } from '@service/router/features/peer-door/peer-controls.ts'
import { createPeerDoor } from '@service/router/features/peer-door/peer-door.ts'
import type { Visit } from '@service/router/features/forwarding/visit.ts'
import { NO_TOKENS } from '@service/router/policy/token-count.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import { createLog } from '@shared/log/create-log.ts'
import { openPeerNodeParts, testClock } from './peer-node-parts.ts'
import { createMemoryKeyRing } from './memory-key-ring.ts'
import { scriptedCard } from './scripted-node.ts'
import { startScriptedService, startScriptedStore } from './scripted-service.ts'
import type { ScriptedService, ScriptedServiceOptions } from './scripted-service.ts'

export interface PeerNodeOptions {
  readonly chat?: Omit<ScriptedServiceOptions, 'service'>
  readonly stranger?: PeerListenerOptions['stranger']
  readonly keys?: KeyRing
}

/** A node as others see it: the door for members, in front of scripted services on real sockets. */
export interface PeerNode {
  readonly identity: NodeIdentity
  readonly location: PeerLocation
  readonly chat: ScriptedService
  /** How others stand with it, and their clocks; nobody is a member at first. */
  readonly standings: Map<NodeId, PeerStanding>
  readonly skews: Map<NodeId, number>
  /** Visits that have ended. */
  readonly visits: readonly Visit[]
  /** Tokens charged here, by key. */
  readonly charged: ReadonlyMap<string, number>
  isDraining: boolean
  tellUsage(visitId: string, tokens: number): void
  /** Shuts a node out. */
  remove(nodeId: NodeId): void
  /** Ends the door as a killed process does. */
  die(): Promise<void>
  close(): Promise<void>
}

export const startPeerNode = async (options: PeerNodeOptions = {}): Promise<PeerNode> => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-peer-'))
  const chat = startScriptedService(directory, { service: 'chat', ...options.chat })
  const store = startScriptedStore(directory, [scriptedCard('llama')])
  const log = createLog('router', 'silent')
  const identity = await openNodeIdentity({ skeinHome: directory, now: () => Date.now() })
  const certificate = await openNodeCertificate(join(directory, 'cluster'))
  const parts = await openPeerNodeParts(directory, log)
  const standings: PeerNode['standings'] = new Map()
  const skews: PeerNode['skews'] = new Map()
  const clockSkewOf = (nodeId: NodeId): number | undefined => skews.get(nodeId)
  const { charged, keyDesk, tellUsage } = openKeyDesk(options.keys)
  const removalListeners: ((nodeId: NodeId) => void)[] = []
  const visits: Visit[] = []
  const member = createPeerDoor({
    ...parts,
    controls: [bytesControl, metricsControl(async () => 'some_figure 1\n')],
    keyDesk,
    observer: { onFirstByte: () => undefined, onEnd: (visit) => void visits.push(visit) },
    now: testClock.now,
    createId: () => crypto.randomUUID(),
    nameOf: () => 'near',
    clockSkewOf,
    onNodeRemoved: (listener) => void removalListeners.push(listener),
    isDraining: () => node.isDraining,
    log,
  })
  const listener = listenPeers({
    host: '127.0.0.1',
    port: 0,
    certificate,
    checkBearer: createPeerBearerCheck({
      self: identity.nodeId,
      verify: identity.verify,
      standingOf: (nodeId) => standings.get(nodeId) ?? 'unknown',
      clockSkewOf,
      now: () => Date.now(),
    }),
    stranger: options.stranger ?? (async () => new Response('hello')),
    member,
    bodies: parts.bodies,
    now: testClock.now,
    log,
  })
  const node: PeerNode = {
    identity,
    location: { hosts: ['127.0.0.1'], dataPort: listener.port, certificate: certificate.certificate },
    chat,
    standings,
    skews,
    visits,
    charged,
    isDraining: false,
    tellUsage,
    remove(nodeId) {
      standings.set(nodeId, 'removed')
      for (const tell of removalListeners) tell(nodeId)
    },
    die: () => listener.stop(true),
    async close() {
      parts.stop()
      await listener.stop(true)
      await Promise.all([chat.die(), store.die()])
      rmSync(directory, { recursive: true, force: true })
    },
  }
  return node
}

/** A desk whose feed is told by the test. */
const openKeyDesk = (keys: KeyRing = createMemoryKeyRing()) => {
  const charged = new Map<string, number>()
  const listeners: ((usage: EngineUsage) => void)[] = []
  const keyDesk = createKeyDesk({
    keys,
    usage: {
      of: () => ({ lastUsedAt: null, tokens: NO_TOKENS }),
      onRequest: () => undefined,
      onTokens: (keyId, tokens) => void charged.set(keyId, (charged.get(keyId) ?? 0) + tokens),
    },
    feed: {
      onUse(listener) {
        listeners.push(listener)
        return () => undefined
      },
    },
    now: () => Date.now(),
  })
  return {
    keyDesk,
    charged,
    tellUsage(visitId: string, tokens: number): void {
      // The rest of what a service tells does not matter to a budget.
      for (const tell of listeners)
        tell({ visitId, promptTokens: tokens, completionTokens: 0 } as EngineUsage)
    },
  }
}
