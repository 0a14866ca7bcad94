/** What it costs a node to follow 64 others: signatures, frames, probes and digests of a minute, as fast as they go. */
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFrame, writeFrame } from '@service/router/features/cluster/read-frame.ts'
import { readTopic } from '@service/router/features/cluster/read-topic.ts'
import { announcementBytes } from '@service/router/policy/cluster/announcement-bytes.ts'
import { ClusterCore } from '@service/router/policy/cluster/cluster-core.ts'
import type { NodeSigner } from '@service/router/policy/cluster/cluster-effects.ts'
import type { ClusterFrame } from '@service/router/policy/cluster/cluster-frame.ts'
import { DEFAULT_CLUSTER_RULES } from '@service/router/policy/cluster/cluster-rules.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeLoad } from '@service/router/policy/cluster/node-topics.ts'
import { nodeIdOf } from '@skein/tests/support/cluster-simulation/simulated-identity.ts'
import { median } from './median.ts'

const PEERS = 64
const SECONDS = 60
const ROUNDS = 3
const TICK_MS = 200
/** Loads that each peer tells in a second: one that has some work, and the most that it may. */
const RATES = [1, 5]
const CLOCK = Date.UTC(2027, 0, 1)

interface Peer {
  readonly nodeId: NodeId
  readonly linkId: string
  readonly keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
}

interface Cost {
  readonly cpuMs: number
  readonly verifyMs: number
  readonly announcements: number
}

export const benchFollowPeers = (): Promise<void> => {
  const peers = Array.from({ length: PEERS + 1 }, (_, at) => ({
    nodeId: nodeIdOf(at + 1),
    linkId: `link-${at}`,
    keys: generateKeyPairSync('ed25519'),
  }))
  console.log(`\nFollowing ${PEERS} peers (virtual minute, median of ${ROUNDS} rounds)`)
  for (const rate of RATES) {
    const costs = Array.from({ length: ROUNDS }, () => follow(peers, rate))
    const of = (pick: (cost: Cost) => number): number => median(costs.map(pick))
    const share = of(({ cpuMs }) => (100 * cpuMs) / (SECONDS * 1000))
    const each = of(({ cpuMs, announcements }) => (1000 * cpuMs) / announcements)
    const proof = of(({ cpuMs, verifyMs }) => (100 * verifyMs) / cpuMs)
    console.log(
      `  ${rate} a second each`.padEnd(22),
      `${share.toFixed(2)} % of a core, ${each.toFixed(0)} µs for each, ${proof.toFixed(0)} % of it signatures`,
    )
  }
  return Promise.resolve()
}

/** The one in the middle follows, so that it probes half of the links. */
const follow = (all: readonly Peer[], rate: number): Cost => {
  const self = all[PEERS / 2]
  if (self === undefined) throw new Error('There is nobody to follow.')
  const peers = all.filter((peer) => peer !== self)
  const waves = wavesOf(peers, rate)
  const { core, answers, verifyMs } = createFollower(all, self)
  const startedAt = process.cpuUsage()
  for (const [at, wave] of waves.entries()) {
    const moment = { nowMs: at * TICK_MS, wallClockMs: CLOCK + at * TICK_MS }
    if (at === 0)
      for (const { nodeId, linkId } of peers)
        core.onLink({ linkId, nodeId, isOutbound: true, host: '10.0.0.1' }, moment)
    for (const [linkId, bytes] of wave) core.onFrame(linkId, readFrame(bytes), moment)
    for (const [linkId, bytes] of answers.splice(0)) core.onFrame(linkId, readFrame(bytes), moment)
    if (at % 5 === 0) core.announce('load', loadOf(at), moment)
    core.onTick(moment)
  }
  const { user, system } = process.cpuUsage(startedAt)
  if (core.nodes.some(({ link, topics }) => link === 'down' || topics.load === undefined))
    throw new Error('It has not followed all.')
  return { cpuMs: (user + system) / 1000, verifyMs: verifyMs(), announcements: PEERS * rate * SECONDS }
}

const createFollower = (all: readonly Peer[], self: Peer) => {
  const keys = new Map(all.map(({ nodeId, keys: { publicKey } }) => [nodeId, publicKey]))
  const answers: (readonly [linkId: string, bytes: Uint8Array])[] = []
  // A frame that goes to all is written once.
  const written = new WeakMap<ClusterFrame, Uint8Array>()
  let verifyMs = 0
  const signer: NodeSigner = {
    sign: (bytes) => sign(null, bytes, self.keys.privateKey).toString('base64url'),
    verify(nodeId, bytes, signature) {
      const startedAt = performance.now()
      const key = keys.get(nodeId)
      const isGood = key !== undefined && verify(null, bytes, key, Buffer.from(signature, 'base64url'))
      verifyMs += performance.now() - startedAt
      return isGood
    },
  }
  const core = new ClusterCore({
    self: { nodeId: self.nodeId, epoch: 1, instance: 'follower' },
    rules: DEFAULT_CLUSTER_RULES,
    signer,
    readTopic,
    random: () => 0.5,
    records: all.map(({ nodeId }) => ({
      kind: 'member',
      id: nodeId,
      updatedAt: 1,
      updatedBy: nodeId,
      value: { nodeId, name: nodeId.slice(-4), joinedAt: 1, removedAt: null },
    })),
    effects: {
      send(linkId, frame) {
        if (!written.has(frame)) written.set(frame, writeFrame(frame))
        if (frame.type === 'ping') answers.push([linkId, writeFrame({ type: 'pong', id: frame.id })])
      },
      closeLink: (linkId) => console.log(`  ${linkId} was closed`),
      dial: () => undefined,
      onChange: () => undefined,
      onRecords: () => undefined,
      onTrouble: () => undefined,
      onPrefixes: () => undefined,
      onFenced: () => undefined,
    },
  })
  return { core, answers, verifyMs: () => verifyMs }
}

type Wave = readonly (readonly [linkId: string, bytes: Uint8Array])[]

/** What all peers say in the time of each tick, signed and written beforehand: that is their cost. */
const wavesOf = (peers: readonly Peer[], rate: number): readonly Wave[] =>
  Array.from({ length: (SECONDS * 1000) / TICK_MS }, (_, at) =>
    peers.flatMap((peer, place) => {
      const atMs = at * TICK_MS
      const frames: ClusterFrame[] = at === 0 ? [helloOf()] : []
      if (at % 4 === place % 4) frames.push({ type: 'ping', id: at + 1 })
      if (at % (1000 / TICK_MS / rate) === place % (1000 / TICK_MS / rate))
        frames.push(loadFrame(peer, atMs + 1))
      if (at % 25 === 1 && place === at % PEERS) frames.push(digestOf(peers))
      return frames.map((frame) => [peer.linkId, writeFrame(frame)] as const)
    }),
  )

const helloOf = (): ClusterFrame => ({
  type: 'hello',
  protocolVersion: 1,
  epoch: 1,
  instance: 'peer',
  clock: CLOCK,
})

const digestOf = (peers: readonly Peer[]): ClusterFrame => ({
  type: 'digest',
  nodes: peers.map(({ nodeId }) => ({ nodeId, epoch: 1, instance: 'peer', versions: { load: 1_000_000 } })),
  records: Object.fromEntries(peers.map(({ nodeId }) => [`member ${nodeId}`, `1 ${nodeId}`])),
})

const loadFrame = ({ nodeId, keys }: Peer, version: number): ClusterFrame => {
  const value = loadOf(version)
  const unsigned = { nodeId, epoch: 1, instance: 'peer', topic: 'load' as const, version, value }
  const signature = sign(null, announcementBytes(unsigned), keys.privateKey).toString('base64url')
  return { type: 'announce', announcements: [{ ...unsigned, signature }] }
}

/** Of a node with six models. */
const loadOf = (seed: number): NodeLoad => ({
  isDraining: false,
  budgetBytes: 64e9,
  heldBytes: 10e9 + seed,
  lanes: Array.from({ length: 6 }, (_, at) => ({
    lane: `owner/some-model-${at}:q4`,
    slots: 4,
    running: seed % 4,
    waiting: seed % 9,
    pendingTokens: seed * 10,
  })),
  warm: [],
})
