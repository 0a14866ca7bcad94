import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import type { ClusterCore } from '../../policy/cluster/cluster-core.ts'
import type { NodeSigner } from '../../policy/cluster/cluster-effects.ts'
import type { ClusterRecord, Member } from '../../policy/cluster/cluster-record.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { PROTOCOL_VERSION } from '../../policy/cluster/node-topics.ts'
import type { NodeAddress, NodeTopics, TopicName } from '../../policy/cluster/node-topics.ts'
import type { ClusterBundle } from './cluster-desk.ts'
import type { ClusterIdentity, ClusterPorts, OpenPeerDoor } from './cluster-ports.ts'
import { Membership } from './membership.ts'
import type { MembershipEvents } from './membership.ts'
import type { PeerNetwork } from './peer-network.ts'
import type { SavedCluster } from './saved-cluster.ts'
import { keyRecord, keysIn, membersIn } from './shared-records.ts'

/** Addresses of a machine change, and nodes that were written down may come late. */
const LOOK_AGAIN_MS = 5000
/** A machine with more is found by the first of them. */
const MOST_ADDRESSES = 8

type RunEvents = Omit<MembershipEvents, 'onRecords'>

interface RunParts {
  readonly ports: ClusterPorts
  readonly saved: Pick<SavedCluster, 'clusterId' | 'secret'>
  readonly nodeId: NodeId
  readonly network: PeerNetwork
  readonly membership: Membership
  readonly door: OpenPeerDoor
  readonly linkPort: number
}

/** One run of this node in its cluster, with its doors open and its file kept. */
export class ClusterRun {
  private cancelLook = (): void => undefined
  private lastSave: Promise<void> = Promise.resolve()
  private readonly startedAt: number

  private constructor(private readonly parts: RunParts) {
    this.startedAt = parts.ports.now()
  }

  /** @throws Fault `conflict` when a port is taken */
  static async begin(ports: ClusterPorts, saved: SavedCluster, events: RunEvents): Promise<ClusterRun> {
    const identity = await ports.openIdentity()
    const { nodeId } = identity
    const network = await ports.createNetwork()
    let run: ClusterRun | undefined
    const membership = new Membership(
      {
        ...ports,
        network,
        signer: signerOf(identity),
        self: { nodeId, epoch: await identity.beginEpoch(), instance: ports.createId() },
      },
      { ...events, onRecords: (records) => void run?.takeRecords(records) },
      [...saved.records, ...ports.keys.records().map(keyRecord)],
    )
    const door = await ports.openDoor()
    const linkPort = await startMembership(ports, membership, door, saved.secret)
    run = new ClusterRun({ ports, saved, nodeId, network, membership, door, linkPort })
    run.remember(saved.addresses)
    run.lookAgain()
    // Others may have spoken already while the doors were being opened.
    await run.takeRecords(run.core.records)
    return run
  }

  get clusterId(): string {
    return this.parts.saved.clusterId
  }

  /** base64url */
  get secret(): string {
    return this.parts.saved.secret
  }

  get nodeId(): NodeId {
    return this.parts.nodeId
  }

  get core(): ClusterCore {
    return this.parts.membership.core
  }

  get network(): PeerNetwork {
    return this.parts.network
  }

  get door(): OpenPeerDoor & { readonly linkPort: number } {
    return { ...this.parts.door, linkPort: this.parts.linkPort }
  }

  /** Where this node can be reached. */
  get addresses(): readonly NodeAddress[] {
    const { door, linkPort, ports } = this.parts
    const { listenHost } = ports.settings
    const isAny = listenHost === '0.0.0.0' || listenHost === '::'
    const hosts = isAny ? ports.ownAddresses() : [listenHost]
    return hosts.slice(0, MOST_ADDRESSES).map((host) => ({ host, linkPort, dataPort: door.dataPort }))
  }

  announce<Topic extends TopicName>(topic: Topic, value: NodeTopics[Topic]): void {
    const { membership } = this.parts
    membership.core.announce(topic, value, membership.at())
  }

  sayPrefixes(model: string, hashes: readonly string[]): void {
    const { membership } = this.parts
    membership.core.sayPrefixes(model, hashes, membership.at())
  }

  putRecord(record: ClusterRecord): void {
    const { membership } = this.parts
    membership.core.putRecord(record, membership.at())
  }

  memberOf(nodeId: NodeId): Member | undefined {
    return membersIn(this.core.records).find(({ id }) => id === nodeId)?.value
  }

  /** On the disk when this resolves; the others hear of it at once. */
  async putMember(member: Member): Promise<void> {
    const { membership } = this.parts
    this.putRecord(membership.core.stampRecord('member', member.nodeId, member, membership.at()))
    await this.save()
  }

  /** What a node that was let in needs. */
  bundle(): ClusterBundle {
    const { clusterId, core, nodeId, secret } = this
    const own = this.addresses.map((address) => ({ ...address, nodeId }))
    return { clusterId, secret, records: core.records, addresses: [...own, ...core.knownAddresses] }
  }

  /** Resolves when all that is known now is on the disk. One after the other: they write the same file. */
  save(): Promise<void> {
    this.lastSave = this.lastSave.catch(() => undefined).then(() => this.write())
    return this.lastSave
  }

  private async write(): Promise<void> {
    const { ports, saved } = this.parts
    const { knownAddresses, records } = this.core
    const { clusterId, secret } = saved
    await ports.saved.write({ clusterId, secret, records: membersIn(records), addresses: knownAddresses })
  }

  async end(): Promise<void> {
    this.cancelLook()
    await this.lastSave.catch(() => undefined)
    // The others see this node until it has answered them.
    await this.parts.door.close()
    await this.parts.membership.stop()
  }

  /** Never rejects. */
  private async takeRecords(records: readonly ClusterRecord[]): Promise<void> {
    const { keys, log } = this.parts.ports
    try {
      await keys.merge(keysIn(records))
      if (membersIn(records).length > 0) await this.save()
    } catch (error) {
      log.error({ err: error }, 'what other nodes know was not saved')
    }
  }

  private remember(addresses: SavedCluster['addresses']): void {
    const { membership } = this.parts
    for (const [nodeId, known] of Map.groupBy(addresses, (address) => address.nodeId))
      membership.core.onAddresses(nodeId, known, 'remembered', membership.at())
  }

  /** Where this node is now, and who answers where somebody said that a node is; again and again. */
  private lookAgain(): void {
    const { door, ports } = this.parts
    const { name, platform } = ports.settings
    this.announce('identity', {
      name,
      platform,
      version: SKEIN_VERSION,
      protocolVersion: PROTOCOL_VERSION,
      startedAt: this.startedAt,
      addresses: this.addresses,
      certificate: door.certificate,
    })
    void this.askConfigured()
    this.cancelLook = ports.clock.after(LOOK_AGAIN_MS, () => this.lookAgain())
  }

  private async askConfigured(): Promise<void> {
    const { membership, ports } = this.parts
    const answers = ports.settings.peers.map(async (address) => {
      const found = await ports.askWho(address)
      if (found === undefined) return
      const known = [{ host: address.host, linkPort: found.linkPort, dataPort: address.port }]
      membership.core.onAddresses(found.nodeId, known, 'configured', membership.at())
    })
    await Promise.all(answers)
  }
}

const startMembership = async (
  { settings }: ClusterPorts,
  membership: Membership,
  door: OpenPeerDoor,
  secret: string,
): Promise<number> => {
  const { linkPort, listenHost, usesMulticast } = settings
  const { dataPort } = door
  const bytes = Buffer.from(secret, 'base64url')
  try {
    return await membership.start({ secret: bytes, listenHost, linkPort, dataPort, usesMulticast })
  } catch (error) {
    await door.close()
    throw error
  }
}

const signerOf = ({ sign, verify }: ClusterIdentity): NodeSigner => ({
  sign: (bytes) => Buffer.from(sign(bytes)).toString('base64url'),
  verify: (nodeId, bytes, signature) => verify(nodeId, bytes, Buffer.from(signature, 'base64url')),
})
