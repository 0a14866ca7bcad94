import type { LinkTrouble } from '../cluster/link-trouble.ts'
import type { PeerEvidence, RefusalEvidence, SelfEvidence } from './doctor-evidence.ts'
import { problem, remark, warning } from './doctor-finding.ts'
import type { Diagnosis, DoctorFinding } from './doctor-finding.ts'

/** All that is worth saying of this node itself. */
export const judgeSelf = (self: SelfEvidence, peers: readonly PeerEvidence[]): readonly Diagnosis[] =>
  [
    judgeStanding(self),
    judgeMulticast(self, peers),
    ...self.ports.map(judgePort),
    self.networks.length === 0
      ? problem('wrong-subnet', 'This machine is in no network.', 'Connect it: Wi-Fi or a cable.')
      : undefined,
    self.isDoorOpen
      ? undefined
      : remark(
          'door-on-loopback',
          'The public door answers this machine alone: apps of other machines cannot reach it. Links between nodes do not need it.',
          'To open it to the local network: skein up --lan',
        ),
  ].filter((diagnosis) => diagnosis !== undefined)

const judgeStanding = ({ clusterTag, memberIds, trouble }: SelfEvidence): Diagnosis | undefined => {
  if (trouble === 'duplicate-identity')
    return problem(
      'duplicate-identity',
      'Another machine has the identity of this node and was started later; this one keeps still. Its data directory was copied.',
      'On the copy: stop Skein, remove <SKEIN_HOME>/cluster, start it, and let it join.',
    )
  if (trouble !== undefined)
    return problem(
      'removed',
      'This node was removed from its cluster: the others do not talk to it any more.',
      'To come back: skein invite on another node, skein join here.',
    )
  if (clusterTag === undefined)
    return remark(
      'no-cluster',
      'This node is in no cluster.',
      'skein invite begins one, skein join CODE enters one.',
    )
  return memberIds.length > 1
    ? undefined
    : remark('alone', 'This node is the only one of its cluster.', 'skein invite lets another machine in.')
}

/** Neighbours that have links must be seen too, where multicast gets through. */
const judgeMulticast = (
  { usesMulticast }: SelfEvidence,
  peers: readonly PeerEvidence[],
): Diagnosis | undefined => {
  const neighbours = peers.filter(
    ({ addresses, link }) => link === 'up' && addresses.some(({ place }) => place === 'neighbour'),
  )
  const isSeen = neighbours.some(({ addresses }) => addresses.some(({ wasSeen }) => wasSeen))
  if (!usesMulticast || neighbours.length === 0 || isSeen) return undefined
  return warning(
    'multicast-blocked',
    'No neighbour is seen by multicast, although links to them work. Most likely a switch, an access point or a firewall blocks it: new nodes are not found by themselves.',
    'Join with an address (skein join CODE ADDRESS), write nodes into CLUSTER_PEERS, or let UDP port 5353 through.',
  )
}

const judgePort = ({ port, purpose, state }: SelfEvidence['ports'][number]): Diagnosis | undefined =>
  state === 'taken'
    ? problem(
        'port-taken',
        `Port ${port} (${purpose}) belongs to another program.`,
        `Stop that program, or choose another port; "lsof -i :${port}" names it.`,
      )
    : undefined

const WORDS: Readonly<Partial<Record<LinkTrouble, readonly [DoctorFinding['cause'], string, string]>>> = {
  'wrong-cluster-key': [
    'wrong-cluster',
    'A node there tried to get in with the key of another cluster.',
    'If it should be in this one: skein leave there, skein invite here, skein join there.',
  ],
  'not-a-member': [
    'not-a-member',
    'A node there has the key of this cluster, but is no member.',
    'If it should be one: skein invite here, skein join there.',
  ],
  removed: [
    'removed',
    'A node there was removed from this cluster and still tries to get in.',
    'If it should come back: skein invite here, skein join there.',
  ],
  'protocol-version': [
    'protocol-differs',
    'A node there speaks another version of what nodes say to each other.',
    'Update the older of the two.',
  ],
}

/** Who tried to get in and was refused; of each machine the last time. */
export const judgeRefusals = (refusals: readonly RefusalEvidence[]): readonly DoctorFinding[] => {
  const last = new Map(refusals.map(({ host, trouble }) => [host, trouble]))
  return [...last].flatMap(([host, trouble]) => {
    const [cause, words, nextStep] = WORDS[trouble] ?? []
    return cause === undefined || words === undefined || nextStep === undefined
      ? []
      : [{ ...warning(cause, words, nextStep), node: host }]
  })
}
