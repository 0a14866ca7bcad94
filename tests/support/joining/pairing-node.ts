import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeIdOfPublicKey, publicKeyOfNodeId } from '@service/router/adapters/cluster/ed25519-node-id.ts'
import { createPairingClient } from '@service/router/adapters/pairing/pairing-client.ts'
import { loadPairingCrypto } from '@service/router/adapters/pairing/pairing-crypto.ts'
import type { InvitationDesk } from '@service/router/features/joining/invitation-desk.ts'
import type { JoiningDesk } from '@service/router/features/joining/joining-desk.ts'
import { createPairing } from '@service/router/features/joining/create-pairing.ts'
import type { FindNodes, NodeSigner, PairingWire } from '@service/router/features/joining/pairing-ports.ts'
import type { StrangerDoor } from '@service/router/features/joining/stranger-door.ts'
import { createLog } from '@shared/log/create-log.ts'
import type { RouterClock } from '@service/router/features/admission/router-clock.ts'
import { createScriptedDesk } from './scripted-cluster.ts'
import type { ScriptedDesk } from './scripted-cluster.ts'

export interface NodeKeys {
  /** PEM, both. */
  readonly certificate: string
  readonly key: string
}

/** Certificates for nodes, made with the system's openssl as long as a test lives. */
export const createNodeKeys = (): NodeKeys => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-node-keys-'))
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const how = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const which = ['-days', '2', '-subj', '/CN=skein node', '-keyout', key, '-out', certificate]
  const { exitCode, stderr } = Bun.spawnSync(['openssl', ...how, ...which], { stderr: 'pipe' })
  try {
    if (exitCode !== 0) throw new Error(`openssl: ${stderr.toString()}`)
    return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

/** An identity that no file holds. */
export const createTestSigner = (): NodeSigner => {
  const privateKey = createPrivateKey(
    generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }),
  )
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    nodeId: nodeIdOfPublicKey(spki.subarray(SPKI.length)),
    sign: (bytes) => sign(null, bytes, privateKey),
    verify(nodeId, bytes, signature) {
      const key = Buffer.concat([SPKI, publicKeyOfNodeId(nodeId) ?? new Uint8Array()])
      return verify(null, bytes, createPublicKey({ key, format: 'der', type: 'spki' }), signature)
    },
  }
}

export interface PairingNodeOptions {
  readonly name: string
  readonly keys: NodeKeys
  readonly clock?: RouterClock
  readonly now?: () => number
  readonly findNodes?: FindNodes
  readonly wire?: PairingWire
  readonly clusterTag?: () => string | null
  /** Changes what its door for strangers answers. */
  readonly wrapDoor?: (door: StrangerDoor) => StrangerDoor
}

/** Both ends of joining, as a node has them, at a real HTTPS port of loopback. */
export interface PairingNode {
  readonly signer: NodeSigner
  readonly desk: ScriptedDesk
  readonly invitations: InvitationDesk
  readonly joining: JoiningDesk
  readonly port: number
  readonly address: { readonly host: string; readonly port: number }
  /** Paths that strangers asked for. */
  readonly asked: readonly string[]
  close(): void
}

const realClock: RouterClock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

const findNobody: FindNodes = ({ signal }) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()))

export const startPairingNode = (options: PairingNodeOptions): PairingNode => {
  const { clock = realClock, keys, name, now = Date.now } = options
  const signer = createTestSigner()
  const clusterTag = options.clusterTag ?? (() => null)
  const asked: string[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    tls: { cert: keys.certificate, key: keys.key },
    fetch(request, self) {
      asked.push(new URL(request.url).pathname.split('/').slice(4).join('/'))
      return door(request, self.requestIP(request)?.address ?? '')
    },
  })
  const port = server.port ?? 0
  const desk = createScriptedDesk(() => ({
    nodeId: signer.nodeId,
    name,
    certificate: keys.certificate,
    addresses: [{ host: '127.0.0.1', linkPort: 1, dataPort: port }],
  }))
  const { invitations, joining, stranger } = createPairing({
    desk,
    door: () => ({
      nodeId: signer.nodeId,
      certificate: keys.certificate,
      clusterTag: clusterTag(),
      linkPort: null,
    }),
    card: () => ({ name, version: '0.1.0' }),
    clusterTag,
    isMember: () => false,
    loadCrypto: loadPairingCrypto,
    loadSigner: async () => signer,
    wire: options.wire ?? createPairingClient(),
    findNodes: options.findNodes ?? findNobody,
    clock,
    now,
    log: createLog('test', 'silent'),
  })
  const door = options.wrapDoor?.(stranger) ?? stranger
  return {
    signer,
    desk,
    invitations,
    joining,
    port,
    address: { host: '127.0.0.1', port },
    asked,
    close() {
      joining.close()
      invitations.close()
      void server.stop(true)
    },
  }
}
