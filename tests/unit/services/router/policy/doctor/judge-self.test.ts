import { expect, test } from 'bun:test'
import type { PeerEvidence, SelfEvidence } from '@service/router/policy/doctor/doctor-evidence.ts'
import { judgeRefusals, judgeSelf } from '@service/router/policy/doctor/judge-self.ts'
import {
  linkedPeer,
  openAddress,
  selfEvidence,
  SELF_ID,
} from '../../../../../support/doctor/doctor-evidence-for.ts'

const unseen = (place: 'neighbour' | 'elsewhere'): PeerEvidence =>
  linkedPeer({ addresses: [openAddress({ wasSeen: false, place })] })

type Row = readonly [
  seen: string,
  self: Partial<SelfEvidence>,
  peers: readonly PeerEvidence[],
  found: readonly string[],
]

const ROWS: readonly Row[] = [
  ['a node that is well', {}, [linkedPeer()], []],
  ['removed by the others', { trouble: 'removed' }, [], ['problem removed']],
  ['a copy was started later', { trouble: 'duplicate-identity' }, [], ['problem duplicate-identity']],
  ['in no cluster', { clusterTag: undefined }, [], ['ok no-cluster']],
  ['alone in its cluster', { memberIds: [SELF_ID] }, [], ['ok alone']],
  ['linked neighbours that nobody sees', {}, [unseen('neighbour')], ['warning multicast-blocked']],
  ['linked nodes of another network', {}, [unseen('elsewhere')], []],
  ['one of two is seen', {}, [unseen('neighbour'), linkedPeer()], []],
  ['multicast is switched off', { usesMulticast: false }, [unseen('neighbour')], []],
  [
    'a port of another program',
    { ports: [{ purpose: 'links to other nodes', port: 8082, state: 'taken' }] },
    [],
    ['problem port-taken'],
  ],
  ['a port of ours', { ports: [{ purpose: 'links', port: 8082, state: 'ours' }] }, [], []],
  ['no network', { networks: [] }, [], ['problem wrong-subnet']],
  ['a door for this machine alone', { isDoorOpen: false }, [], ['ok door-on-loopback']],
]

test.each(ROWS.map((row) => [row[0], row] as const))('%s', (_, [, self, peers, found]) => {
  const diagnoses = judgeSelf(selfEvidence(self), peers)
  expect(diagnoses.map(({ cause, severity }) => `${severity} ${cause}`)).toEqual([...found])
  for (const { nextStep } of diagnoses) expect(nextStep).toBeTruthy()
})

test('of who was refused only the last word counts, and only what somebody can act on', () => {
  const refusals = [
    { host: '192.168.1.7', trouble: 'wrong-cluster-key' },
    { host: '192.168.1.7', trouble: 'not-a-member' },
    { host: '192.168.1.8', trouble: 'closed' },
    { host: '192.168.1.9', trouble: 'wrong-cluster-key' },
  ] as const
  expect(judgeRefusals(refusals).map(({ cause, node }) => `${node} ${cause}`)).toEqual([
    '192.168.1.7 not-a-member',
    '192.168.1.9 wrong-cluster',
  ])
})
