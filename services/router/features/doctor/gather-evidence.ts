import { PROTOCOL_VERSION } from '../../policy/cluster/node-topics.ts'
import type {
  AddressEvidence,
  DoctorEvidence,
  PeerEvidence,
  SelfEvidence,
} from '../../policy/doctor/doctor-evidence.ts'
import { showPeerAddress } from '../../policy/pairing/peer-address.ts'
import type { PeerAddress } from '../../policy/pairing/peer-address.ts'
import type { ClusterNode } from '../cluster/cluster-view.ts'
import type { Sighting } from '../cluster/peer-network.ts'
import type { DoctorPorts } from './doctor-ports.ts'
import { CONTROL_PORT, gatherAddress } from './gather-address.ts'
import type { ProbedAddress, ProbedEvidence } from './gather-address.ts'

/** Nodes answer a question over multicast within a quarter of a second. */
const LOOK_WITHIN_MS = 1500
const RESOLVE_WITHIN_MS = 2000
const GATEWAY_WITHIN_MS = 1000
/** Other machines of the network, to see whether any answers. */
const MOST_OTHERS = 8
const OTHERS_WITHIN_MS = 1000
/** Of one node; a machine with more networks is judged by the first of them. */
const MOST_ADDRESSES = 4
/** Linux keeps a card for reachable for up to 45 s without asking it again. */
const CARDS_REMEMBERED_MS = 60_000
/** Of a router: it answers, or refuses. */
const DNS_PORT = 53

/** Somebody to look at, before anybody has knocked. */
type Asked = Omit<PeerEvidence, 'addresses'> & {
  readonly addresses: readonly ProbedAddress[]
  readonly wasLinkedLately: boolean
}
type Knocked = Omit<Asked, 'addresses'> & { readonly addresses: readonly ProbedEvidence[] }

/**
 * Looks at this machine, its network and all members, or at one machine that is no member, all at the same time. Takes
 * eight seconds at most; never rejects.
 * @param address undefined: the members
 */
export const gatherEvidence = async (
  ports: DoctorPorts,
  address: PeerAddress | undefined,
): Promise<DoctorEvidence> => {
  // Who is in no cluster and asks about nobody has nobody to see.
  const hasOthers = ports.clusterTag() !== undefined || address !== undefined
  const looking = hasOthers ? ports.look(LOOK_WITHIN_MS) : Promise.resolve([])
  const asked = [...membersOf(ports), ...(await candidateAt(ports, address))]
  const [sightings, gateway, ...knocked] = await Promise.all([
    looking,
    lookAtGateway(ports),
    ...asked.map((peer) => knock(ports, peer)),
  ])
  const cards = await ports.network.cards()
  const seen = new Set(sightings.map(({ host }: Sighting) => host))
  const peers = knocked.map(({ addresses, wasLinkedLately, ...peer }): PeerEvidence => {
    const complete = (probed: ProbedEvidence): AddressEvidence => {
      const card = cards.get(probed.host) ?? 'unknown'
      const isOld = card === 'answers' && wasLinkedLately
      return { ...probed, card: isOld ? 'remembered' : card, wasSeen: seen.has(probed.host) }
    }
    return { ...peer, addresses: addresses.map(complete) }
  })
  const aboutAsked = new Set(peers.flatMap(({ addresses }) => addresses.map(({ host }) => host)))
  const others = [...cards.keys()].filter((host) => host !== gateway.host && !aboutAsked.has(host))
  const hasOtherNeighbours = await doesAnyAnswer(ports, others)
  const hasRouter = gateway.answers || cards.get(gateway.host ?? '') === 'answers'
  const router = hasRouter ? 'answers' : 'silent'
  const self = describeSelf(ports, {
    gateway: gateway.host === undefined ? 'unknown' : router,
    hasOtherNeighbours,
    refusals: ports.refusals().filter(({ host }) => !aboutAsked.has(host)),
  })
  return { self, peers }
}

const describeSelf = (
  ports: DoctorPorts,
  found: Pick<SelfEvidence, 'gateway' | 'hasOtherNeighbours' | 'refusals'>,
): SelfEvidence => {
  const { clusterTag, isDoorOpen, network, ownPorts, usesMulticast, version, view } = ports
  return {
    ...found,
    nodeId: view.self.nodeId,
    clusterTag: clusterTag(),
    memberIds: view.nodes.map(({ nodeId }) => nodeId),
    trouble: view.self.trouble,
    version,
    protocolVersion: PROTOCOL_VERSION,
    usesMulticast,
    networks: network.networks(),
    isDoorOpen: isDoorOpen(),
    ports: ownPorts(),
  }
}

const membersOf = (ports: DoctorPorts): readonly Asked[] =>
  ports.view.nodes.filter(({ isSelf }) => !isSelf).map((node) => memberOf(ports, node))

const memberOf = ({ addressesOf, now }: DoctorPorts, node: ClusterNode): Asked => {
  const {
    clockSkewMs,
    lastSeenAt = Number.NEGATIVE_INFINITY,
    link,
    name,
    nodeId,
    rttMs,
    topics,
    trouble,
  } = node
  return {
    name,
    nodeId,
    link,
    trouble,
    rttMs,
    clockSkewMs,
    version: topics.identity?.version,
    protocolVersion: topics.identity?.protocolVersion,
    wasLinkedLately: now() - lastSeenAt < CARDS_REMEMBERED_MS,
    addresses: addressesOf(nodeId)
      .slice(0, MOST_ADDRESSES)
      .map(({ dataPort, host, linkPort }) => ({ host, dataPort, linkPort, isLinked: link === 'up' })),
  }
}

/** A machine that may be no node at all. */
const candidateAt = async (
  { network }: DoctorPorts,
  address: PeerAddress | undefined,
): Promise<readonly Asked[]> => {
  if (address === undefined) return []
  const hosts = await network.resolve(address.host, RESOLVE_WITHIN_MS)
  return [
    {
      name: showPeerAddress(address),
      nodeId: undefined,
      link: 'down',
      trouble: undefined,
      rttMs: undefined,
      clockSkewMs: undefined,
      version: undefined,
      protocolVersion: undefined,
      wasLinkedLately: false,
      addresses: hosts
        .slice(0, MOST_ADDRESSES)
        .map((host) => ({ host, dataPort: address.port, linkPort: undefined, isLinked: false })),
    },
  ]
}

const knock = async (ports: DoctorPorts, peer: Asked): Promise<Knocked> => ({
  ...peer,
  addresses: await Promise.all(peer.addresses.map((address) => gatherAddress(ports, address))),
})

/** A card may have told its address long ago: only who answers now is there. */
const doesAnyAnswer = async ({ network }: DoctorPorts, hosts: readonly string[]): Promise<boolean> => {
  const knocks = hosts
    .slice(0, MOST_OTHERS)
    .map((host) => network.probe(host, CONTROL_PORT, OTHERS_WITHIN_MS))
  return (await Promise.all(knocks)).some((result) => result === 'connected' || result === 'refused')
}

const lookAtGateway = async ({
  network,
}: DoctorPorts): Promise<{ readonly host: string | undefined; readonly answers: boolean }> => {
  const host = await network.gateway()
  if (host === undefined) return { host, answers: false }
  const result = await network.probe(host, DNS_PORT, GATEWAY_WITHIN_MS)
  return { host, answers: result === 'connected' || result === 'refused' }
}
