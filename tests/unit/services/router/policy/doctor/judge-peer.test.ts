import { describe, expect, test } from 'bun:test'
import type { PeerEvidence, SelfEvidence } from '@service/router/policy/doctor/doctor-evidence.ts'
import type { DoctorCause, FindingSeverity } from '@service/router/policy/doctor/doctor-finding.ts'
import { judgeCandidate, judgeMember } from '@service/router/policy/doctor/judge-peer.ts'
import {
  doctorNodeId,
  helloEvidence,
  linkedPeer,
  openAddress,
  peerEvidence,
  selfEvidence,
  SELF_ID,
  silentAddress,
} from '../../../../../support/doctor/doctor-evidence-for.ts'

type Found = `${FindingSeverity} ${DoctorCause}`
type Row = readonly [seen: string, peer: PeerEvidence, found: readonly Found[], self?: Partial<SelfEvidence>]

const withHello = (changes: Parameters<typeof helloEvidence>[0]): PeerEvidence =>
  peerEvidence({ addresses: [openAddress({ hello: helloEvidence(changes) })] })

const MEMBERS: readonly Row[] = [
  ['a link that works', linkedPeer(), ['ok fine']],
  ['a clock that is 5 s ahead', linkedPeer({ clockSkewMs: 5000 }), ['warning clock-skew']],
  ['a clock that is a little less off', linkedPeer({ clockSkewMs: -4999 }), ['ok fine']],
  ['a clock that is five minutes behind', linkedPeer({ clockSkewMs: -300_000 }), ['problem clock-skew']],
  ['another version of Skein', linkedPeer({ version: '1.1.0' }), ['warning version-differs']],
  ['another version of the protocol', linkedPeer({ protocolVersion: 2 }), ['problem protocol-differs']],
  [
    'a link, while its data port is kept back',
    linkedPeer({ addresses: [silentAddress({ link: 'connected', control: 'refused', card: 'answers' })] }),
    ['problem firewall'],
  ],
  [
    'one of two addresses works',
    linkedPeer({ addresses: [silentAddress({ host: '10.0.0.1', place: 'elsewhere' }), openAddress()] }),
    ['ok fine'],
  ],
  ['nobody there', peerEvidence({ addresses: [silentAddress({ card: 'silent' })] }), ['problem no-answer']],
  ['no address at all', peerEvidence({ addresses: [] }), ['problem no-answer']],
  [
    'an address in a common network says more than those of other networks',
    peerEvidence({
      addresses: [
        silentAddress({ host: '172.17.0.1', place: 'elsewhere' }),
        silentAddress({ data: 'refused', link: 'refused', control: 'refused' }),
      ],
    }),
    ['problem nobody-listens'],
  ],
  ['another cluster’s key', withHello({ clusterTag: 'bbbb2222' }), ['problem wrong-cluster']],
  ['in no cluster any more', withHello({ clusterTag: null }), ['problem not-a-member']],
  ['another node at its address', withHello({ nodeId: doctorNodeId('C') }), ['problem wrong-identity']],
  ['our own identity elsewhere', withHello({ nodeId: SELF_ID }), ['problem duplicate-identity']],
  ['another protocol, told before any link', withHello({ protocolVersion: 9 }), ['problem protocol-differs']],
  [
    'the other end has removed it',
    peerEvidence({ trouble: 'removed', addresses: [openAddress()] }),
    ['problem removed'],
  ],
  [
    'it is told that one does not know the other',
    peerEvidence({ trouble: 'not-a-member', addresses: [openAddress()] }),
    ['problem not-a-member'],
  ],
  [
    'the handshake fails',
    peerEvidence({ trouble: 'wrong-cluster-key', addresses: [openAddress()] }),
    ['problem wrong-cluster'],
  ],
  [
    'all works and there is no link',
    peerEvidence({ trouble: 'closed', addresses: [openAddress()] }),
    ['problem link-down'],
  ],
  [
    'a clock that only its greeting tells',
    peerEvidence({ addresses: [openAddress({ hello: helloEvidence({ clockSkewMs: 400_000 }) })] }),
    ['problem link-down', 'problem clock-skew'],
  ],
]

const candidate = (changes: Parameters<typeof helloEvidence>[0]): PeerEvidence => ({
  ...withHello({ clusterTag: null, nodeId: doctorNodeId('C'), ...changes }),
  nodeId: undefined,
  version: undefined,
  protocolVersion: undefined,
})

const LONE: Partial<SelfEvidence> = { clusterTag: undefined, memberIds: [SELF_ID] }

const CANDIDATES: readonly Row[] = [
  ['an open invitation', candidate({ clusterTag: 'bbbb2222', isInviting: true }), ['ok ready-to-join'], LONE],
  ['no invitation', candidate({ clusterTag: 'bbbb2222' }), ['problem not-inviting'], LONE],
  ['another cluster', candidate({ clusterTag: 'bbbb2222', isInviting: true }), ['problem wrong-cluster']],
  ['removed from this one', candidate({ clusterTag: 'aaaa1111' }), ['problem not-a-member']],
  ['this node itself, by another name', candidate({ nodeId: SELF_ID }), ['problem duplicate-identity']],
  [
    'an address of this machine',
    { ...candidate({}), addresses: [silentAddress({ place: 'own' })] },
    ['ok this-machine'],
  ],
  ['another protocol', candidate({ protocolVersion: 2 }), ['problem protocol-differs'], LONE],
  [
    'no Skein there',
    {
      ...candidate({}),
      addresses: [silentAddress({ data: 'refused', link: undefined, linkPort: undefined })],
    },
    ['problem nobody-listens'],
    LONE,
  ],
  ['a name that nobody knows', { ...candidate({}), addresses: [] }, ['problem no-answer'], LONE],
]

const foundIn = (findings: ReturnType<typeof judgeMember>): readonly Found[] =>
  findings.map(({ cause, severity }): Found => `${severity} ${cause}`)

describe('of a member', () => {
  test.each(MEMBERS.map((row) => [row[0], row] as const))('%s', (_, [, peer, found, self]) => {
    const findings = judgeMember(peer, selfEvidence(self))
    expect(foundIn(findings)).toEqual([...found])
    for (const { nextStep, severity } of findings) if (severity !== 'ok') expect(nextStep).toBeTruthy()
  })

  test('the seconds of a clock are told, and which way', () => {
    expect(judgeMember(linkedPeer({ clockSkewMs: -7400 }), selfEvidence())[0]?.words).toBe(
      'Its clock is 7 s behind that of this machine.',
    )
  })
})

describe('of a machine that is no member', () => {
  test.each(CANDIDATES.map((row) => [row[0], row] as const))('%s', (_, [, peer, found, self]) => {
    expect(foundIn(judgeCandidate(peer, selfEvidence(self)))).toEqual([...found])
  })
})
