import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type {
  AddressEvidence,
  HelloEvidence,
  PeerEvidence,
  SelfEvidence,
} from '@service/router/policy/doctor/doctor-evidence.ts'

export const doctorNodeId = (letter: string): NodeId => parseNodeId(`12D3KooW${letter.repeat(44)}`)!

export const SELF_ID = doctorNodeId('A')
export const PEER_ID = doctorNodeId('B')
export const OWN_TAG = 'aaaa1111'

/** A member of a cluster of two, in a network whose router answers. */
export const selfEvidence = (changes: Partial<SelfEvidence> = {}): SelfEvidence => ({
  nodeId: SELF_ID,
  clusterTag: OWN_TAG,
  memberIds: [SELF_ID, PEER_ID],
  trouble: undefined,
  version: '1.0.0',
  protocolVersion: 1,
  usesMulticast: true,
  networks: [{ name: 'eth0', address: '192.168.1.2/24' }],
  gateway: 'unknown',
  hasOtherNeighbours: false,
  isDoorOpen: true,
  ports: [],
  refusals: [],
  ...changes,
})

export const helloEvidence = (
  changes: Partial<Extract<HelloEvidence, { readonly type: 'node' }>> = {},
): HelloEvidence => ({
  type: 'node',
  nodeId: PEER_ID,
  protocolVersion: 1,
  clusterTag: OWN_TAG,
  isInviting: false,
  clockSkewMs: 0,
  ...changes,
})

/** An address of the same network where nobody is. */
export const silentAddress = (changes: Partial<AddressEvidence> = {}): AddressEvidence => ({
  host: '192.168.1.5',
  dataPort: 8081,
  linkPort: 8082,
  place: 'neighbour',
  data: 'silent',
  link: 'silent',
  control: 'silent',
  card: 'unknown',
  wasSeen: false,
  hello: undefined,
  ...changes,
})

export const openAddress = (changes: Partial<AddressEvidence> = {}): AddressEvidence =>
  silentAddress({
    data: 'connected',
    link: 'connected',
    control: 'refused',
    card: 'answers',
    wasSeen: true,
    hello: helloEvidence(),
    ...changes,
  })

/** A member without a link; with `nodeId: undefined` a machine that is no member. */
export const peerEvidence = (changes: Partial<PeerEvidence> = {}): PeerEvidence => ({
  name: 'studio',
  nodeId: PEER_ID,
  link: 'down',
  trouble: 'no-answer',
  rttMs: undefined,
  clockSkewMs: undefined,
  version: '1.0.0',
  protocolVersion: 1,
  addresses: [silentAddress()],
  ...changes,
})

export const linkedPeer = (changes: Partial<PeerEvidence> = {}): PeerEvidence =>
  peerEvidence({
    link: 'up',
    trouble: undefined,
    rttMs: 1.25,
    clockSkewMs: 10,
    addresses: [openAddress()],
    ...changes,
  })
