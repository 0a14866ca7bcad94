import { expect, test } from 'bun:test'
import type { AddressEvidence } from '@service/router/policy/doctor/doctor-evidence.ts'
import { judgeReach } from '@service/router/policy/doctor/judge-reach.ts'
import type { ReachFacts } from '@service/router/policy/doctor/judge-reach.ts'
import {
  helloEvidence,
  openAddress,
  selfEvidence,
  silentAddress,
} from '../../../../../support/doctor/doctor-evidence-for.ts'

interface Row {
  readonly seen: string
  readonly address: AddressEvidence
  readonly facts?: Partial<ReachFacts>
  readonly cause: string | undefined
  readonly words?: string
}

const ROWS: readonly Row[] = [
  { seen: 'everything answers', address: openAddress(), cause: undefined },
  {
    seen: 'a node in no cluster has no link port',
    address: openAddress({ link: undefined, linkPort: undefined }),
    cause: undefined,
  },
  {
    seen: 'macOS says that there is no way to a neighbour',
    address: silentAddress({
      data: 'local-network-permission',
      link: 'local-network-permission',
      control: 'local-network-permission',
    }),
    cause: 'local-network-permission',
  },
  {
    seen: 'the data port works and the link port stays silent',
    address: openAddress({ link: 'silent' }),
    cause: 'firewall',
    words: '8082',
  },
  {
    seen: 'the data port works and the link port refuses',
    address: openAddress({ link: 'refused' }),
    cause: 'nobody-listens',
    words: '8082',
  },
  {
    seen: 'the link port works and the data port stays silent',
    address: openAddress({ data: 'silent', hello: undefined }),
    cause: 'firewall',
    words: '8081',
  },
  {
    seen: 'the link port works and the data port refuses',
    address: openAddress({ data: 'refused', hello: undefined }),
    cause: 'nobody-listens',
    words: '8081',
  },
  {
    seen: 'one port refuses and the other stays silent',
    address: silentAddress({ data: 'refused', control: 'refused' }),
    cause: 'firewall',
    words: '8082',
  },
  {
    seen: 'another port refuses at once, those of the node stay silent',
    address: silentAddress({ control: 'refused', card: 'answers' }),
    cause: 'firewall',
    words: 'answers at other ports',
  },
  {
    seen: 'only the card answers',
    address: silentAddress({ card: 'answers' }),
    cause: 'firewall',
    words: 'drops everything',
  },
  {
    seen: 'the card answers and multicast arrives',
    address: silentAddress({ card: 'answers', wasSeen: true }),
    cause: 'one-way-loss',
    words: 'one way',
  },
  {
    seen: 'this machine has a rule against a neighbour',
    address: silentAddress({ data: 'no-route', link: 'no-route', control: 'no-route' }),
    cause: 'one-way-loss',
    words: 'this machine sends nothing',
  },
  {
    seen: 'both ports refuse',
    address: silentAddress({ data: 'refused', link: 'refused', control: 'refused' }),
    cause: 'nobody-listens',
  },
  {
    seen: 'the only port that is known refuses',
    address: silentAddress({ data: 'refused', link: undefined, linkPort: undefined, control: 'refused' }),
    cause: 'nobody-listens',
  },
  {
    seen: 'something answers that speaks of something else',
    address: openAddress({ hello: { type: 'other' } }),
    cause: 'not-skein',
  },
  {
    seen: 'multicast arrives, the card does not answer',
    address: silentAddress({ card: 'silent', wasSeen: true }),
    cause: 'ap-isolation',
    words: 'seen by multicast',
  },
  {
    seen: 'the router answers and no neighbour does',
    address: silentAddress({ card: 'silent' }),
    facts: { gateway: 'answers' },
    cause: 'ap-isolation',
    words: 'or that machine is off',
  },
  {
    seen: 'the router and other neighbours answer',
    address: silentAddress({ card: 'silent' }),
    facts: { gateway: 'answers', hasOtherNeighbours: true },
    cause: 'no-answer',
  },
  {
    seen: 'not even the router answers',
    address: silentAddress({ card: 'silent' }),
    facts: { gateway: 'silent' },
    cause: 'no-answer',
  },
  {
    seen: 'the link was lost a moment ago, and the card is only remembered',
    address: silentAddress({ card: 'remembered' }),
    facts: { gateway: 'answers' },
    cause: 'ap-isolation',
  },
  {
    seen: 'the card is remembered and multicast arrives',
    address: silentAddress({ card: 'remembered', wasSeen: true }),
    cause: 'one-way-loss',
  },
  {
    seen: 'another network without a way there',
    address: silentAddress({ place: 'elsewhere', data: 'no-route', link: 'no-route', control: 'no-route' }),
    cause: 'wrong-subnet',
    words: 'eth0 192.168.1.2/24',
  },
  {
    seen: 'another network, over the router, without an answer',
    address: silentAddress({ place: 'elsewhere' }),
    facts: { gateway: 'answers' },
    cause: 'wrong-subnet',
    words: 'Most likely',
  },
  {
    seen: 'another network, behind a router, whose machine refuses',
    address: silentAddress({ place: 'elsewhere', data: 'refused', link: 'refused' }),
    cause: 'nobody-listens',
  },
]

test.each(ROWS.map((row) => [row.seen, row] as const))('%s', (_, { address, cause, facts, words }) => {
  const diagnosis = judgeReach(address, { ...selfEvidence(), ...facts })
  expect(diagnosis?.cause).toBe(cause as NonNullable<typeof diagnosis>['cause'])
  if (cause === undefined) return
  expect(diagnosis?.severity).toBe('problem')
  expect(diagnosis?.nextStep).toBeTruthy()
  expect(diagnosis?.words).toContain(words ?? '')
})

test('whatever was seen has one answer: every combination ends in a cause and a next step', () => {
  const probes = ['connected', 'refused', 'silent', 'no-route', 'local-network-permission'] as const
  const all = probes.flatMap((data) =>
    probes.flatMap((link) =>
      probes.flatMap((control) =>
        (['own', 'neighbour', 'elsewhere'] as const).flatMap((place) =>
          (['answers', 'remembered', 'silent', 'unknown'] as const).map((card) =>
            silentAddress({ data, link, control, place, card }),
          ),
        ),
      ),
    ),
  )
  const unnamed = all.filter((address) => {
    const diagnosis = judgeReach(address, selfEvidence())
    return diagnosis === undefined || !diagnosis.nextStep || /undefined|NaN/.test(JSON.stringify(diagnosis))
  })
  expect(unnamed).toEqual([])
  expect(
    judgeReach(openAddress({ hello: helloEvidence({ clusterTag: null }) }), selfEvidence()),
  ).toBeUndefined()
})
