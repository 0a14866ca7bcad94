import type { LinkTrouble } from '../cluster/link-trouble.ts'
import type { AddressEvidence, HelloEvidence, PeerEvidence, SelfEvidence } from './doctor-evidence.ts'
import { problem, remark, warning } from './doctor-finding.ts'
import type { Diagnosis } from './doctor-finding.ts'
import { judgeReach } from './judge-reach.ts'

type NodeHello = Extract<HelloEvidence, { readonly type: 'node' }>

export const CLOCK_WARNING_MS = 5000
/** Beyond this, proofs between nodes and the order of changes fail. */
export const CLOCK_PROBLEM_MS = 300_000

/** All that is worth saying of one member. */
export const judgeMember = (peer: PeerEvidence, self: SelfEvidence): readonly Diagnosis[] => {
  const hello = helloOf(peer)
  const connection = peer.link === 'up' ? judgeDataPort(peer, self) : judgeDown(peer, self, hello)
  return withCondition([connection], peer, self, hello)
}

/** All that is worth saying of a machine that is no member: whether this one could join it, or it this one. */
export const judgeCandidate = (peer: PeerEvidence, self: SelfEvidence): readonly Diagnosis[] => {
  const { addresses } = peer
  if (addresses.length > 0 && addresses.every(({ place }) => place === 'own'))
    return [remark('this-machine', 'That is this machine itself.', 'Name the address of the other one.')]
  const hello = helloOf(peer)
  const first = hello === undefined ? undefined : judgeIdentity(hello, self)
  const connection = first ?? judgeAddresses(peer, self) ?? judgeInvitation(hello)
  return withCondition([connection], peer, self, hello)
}

/** Clock and versions beside what the connection is like; `fine` is only said where nothing else is. */
const withCondition = (
  connection: readonly (Diagnosis | undefined)[],
  peer: PeerEvidence,
  self: SelfEvidence,
  hello: NodeHello | undefined,
): readonly Diagnosis[] => {
  const found = [...connection, judgeClock(peer.clockSkewMs ?? hello?.clockSkewMs), judgeVersion(peer, self)]
  const all = found.filter((diagnosis) => diagnosis !== undefined)
  return all.length > 0 ? all : [remark('fine', fineWords(peer))]
}

const fineWords = ({ link, rttMs }: PeerEvidence): string =>
  link === 'up'
    ? `Linked${rttMs === undefined ? '' : `, ${rttMs.toFixed(1)} ms there and back`}.`
    : 'It answers.'

const helloOf = ({ addresses }: PeerEvidence): NodeHello | undefined =>
  addresses.map(({ hello }) => hello).find((hello): hello is NodeHello => hello?.type === 'node')

/** There is a link; requests go over another port. */
const judgeDataPort = (peer: PeerEvidence, self: SelfEvidence): Diagnosis | undefined => {
  const others = peer.addresses.filter(({ place }) => place !== 'own')
  if (others.length === 0 || others.some(({ data }) => data === 'connected')) return undefined
  const diagnosis = judgeAddresses({ ...peer, addresses: others }, self)
  return diagnosis === undefined
    ? undefined
    : {
        ...diagnosis,
        words: `There is a link, but requests do not get there. ${diagnosis.words}`,
      }
}

/** 1. Who answers there. 2. What the two have told each other. 3. What the network does. */
const judgeDown = (
  peer: PeerEvidence,
  self: SelfEvidence,
  hello: NodeHello | undefined,
): Diagnosis | undefined =>
  (hello === undefined ? undefined : judgeMemberHello(hello, peer, self)) ??
  judgeTold(peer.trouble) ??
  judgeAddresses(peer, self) ??
  problem(
    'link-down',
    'It answers at its ports, and yet there is no link at this moment.',
    'Wait some seconds and ask again; if it stays so: skein logs router, on both machines.',
  )

const judgeMemberHello = (
  hello: NodeHello,
  { nodeId }: PeerEvidence,
  self: SelfEvidence,
): Diagnosis | undefined => {
  if (hello.nodeId === self.nodeId) return judgeIdentity(hello, self)
  if (nodeId !== undefined && hello.nodeId !== nodeId)
    return problem(
      'wrong-identity',
      'Another node answers at its address. Most likely the address went to another machine, or Skein was set up anew there.',
      'If it was set up anew: remove the old one ("skein nodes rm") and let it join by a new code.',
    )
  if (hello.clusterTag === null)
    return problem(
      'not-a-member',
      'It is in no cluster any more: it has left, or was removed.',
      'Let it join again (skein invite here, skein join there), or forget it: skein nodes rm.',
    )
  return judgeIdentity(hello, self)
}

/** Whatever is wrong with a node that answers. */
const judgeIdentity = (hello: NodeHello, self: SelfEvidence): Diagnosis | undefined => {
  if (hello.nodeId === self.nodeId && self.clusterTag !== undefined)
    return problem(
      'duplicate-identity',
      'It has the same identity as this node: one data directory was copied to another machine, or that is this machine by another address.',
      'On a copy: stop Skein, remove <SKEIN_HOME>/cluster, start it, and let it join.',
    )
  if (hello.protocolVersion !== self.protocolVersion)
    return problem(
      'protocol-differs',
      `It speaks version ${hello.protocolVersion} of what nodes say to each other, this one ${self.protocolVersion}.`,
      'Update Skein on the machine with the lower number.',
    )
  if (hello.clusterTag === null || self.clusterTag === undefined) return undefined
  if (hello.clusterTag !== self.clusterTag)
    return problem(
      'wrong-cluster',
      'It is a Skein node, but of another cluster: its key is another one.',
      'If it should be in this one: skein leave there, skein invite here, skein join there.',
    )
  return self.memberIds.some((nodeId) => nodeId === hello.nodeId)
    ? undefined
    : problem(
        'not-a-member',
        'It has the key of this cluster, but is no member of it. Most likely it was removed while it was away.',
        'Let it join again: skein invite here, skein join there.',
      )
}

const TOLD: Readonly<Partial<Record<LinkTrouble, Diagnosis>>> = {
  removed: problem(
    'removed',
    'It was removed from the cluster.',
    'To let it in again: skein invite here, skein join there.',
  ),
  'not-a-member': problem(
    'not-a-member',
    'One of the two does not know the other as a member.',
    'Let it join again: skein invite here, skein join there.',
  ),
  'wrong-cluster-key': problem(
    'wrong-cluster',
    'It was asked with the key of this cluster, and has another one.',
    'If it should be in this one: skein leave there, skein invite here, skein join there.',
  ),
  'protocol-version': problem(
    'protocol-differs',
    'Its version of Skein does not understand this one.',
    'Update the older of the two.',
  ),
  'duplicate-identity': problem(
    'duplicate-identity',
    'Two machines run with its identity: one data directory was copied.',
    'On the copy: stop Skein, remove <SKEIN_HOME>/cluster, start it, and let it join.',
  ),
  'wrong-identity': problem(
    'wrong-identity',
    'Another node answers at its address.',
    'If it was set up anew: remove the old one ("skein nodes rm") and let it join by a new code.',
  ),
}

const judgeTold = (trouble: LinkTrouble | undefined): Diagnosis | undefined =>
  trouble === undefined ? undefined : TOLD[trouble]

/** Undefined as soon as one address works. */
const judgeAddresses = ({ addresses }: PeerEvidence, self: SelfEvidence): Diagnosis | undefined => {
  const others = addresses.filter(({ place }) => place !== 'own')
  const tried: readonly AddressEvidence[] = others.length > 0 ? others : addresses
  if (tried.length === 0)
    return problem(
      'no-answer',
      'No address of it is known, and it is not seen by multicast.',
      'Start Skein there; where multicast is blocked, name its address in CLUSTER_PEERS.',
    )
  const found = tried.map((address) => judgeReach(address, self))
  if (found.includes(undefined)) return undefined
  // A machine has addresses of networks that only it is in: what was seen in a common one says more.
  return found.find((diagnosis) => diagnosis?.cause !== 'wrong-subnet') ?? found[0]
}

const judgeInvitation = (hello: NodeHello | undefined): Diagnosis | undefined => {
  if (hello === undefined) return undefined
  return hello.isInviting
    ? remark(
        'ready-to-join',
        'It answers, and has an open invitation.',
        'skein join with the code that it shows.',
      )
    : problem(
        'not-inviting',
        'It answers, but has no open invitation: skein join finds none.',
        'On that machine: skein invite.',
      )
}

const judgeClock = (skewMs: number | undefined): Diagnosis | undefined => {
  const sizeMs = Math.abs(skewMs ?? 0)
  if (skewMs === undefined || sizeMs < CLOCK_WARNING_MS) return undefined
  const words = `Its clock is ${Math.round(sizeMs / 1000)} s ${skewMs > 0 ? 'ahead of' : 'behind'} that of this machine.`
  const step = 'Set both clocks by a time server.'
  return sizeMs < CLOCK_PROBLEM_MS
    ? warning('clock-skew', words, step)
    : problem('clock-skew', `${words} Nodes trust each other's proofs for a minute only.`, step)
}

const judgeVersion = (
  { protocolVersion, version }: PeerEvidence,
  self: SelfEvidence,
): Diagnosis | undefined => {
  if (protocolVersion !== undefined && protocolVersion !== self.protocolVersion)
    return problem(
      'protocol-differs',
      `It speaks version ${protocolVersion} of what nodes say to each other, this one ${self.protocolVersion}.`,
      'Update Skein on the machine with the lower number.',
    )
  return version === undefined || version === self.version
    ? undefined
    : warning(
        'version-differs',
        `It runs Skein ${version}, this node ${self.version}.`,
        'Update the older of the two: answers of the same model may differ.',
      )
}
