import { expect, test } from 'bun:test'
import { createLoneNode } from '@service/router/features/cluster/lone-node.ts'
import type { DoctorDeskPorts } from '@service/router/features/doctor/doctor-desk.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'
import {
  DOCTOR_NODES,
  helloOf,
  openNetwork,
  OTHER_HOST,
  scriptedDoctor,
} from '../../../../../support/doctor/scripted-doctor.ts'
import { SimulatedView } from '../../../../../support/placement-simulation/simulated-view.ts'

const [, other] = DOCTOR_NODES

const downView = (): SimulatedView => {
  const view = new SimulatedView(
    DOCTOR_NODES.map((node) => ({ ...node, clockSkewMs: undefined, lastSeenAt: undefined })),
  )
  view.setLink(other!.nodeId, 'down')
  return view
}

const causesOf = async (changes: Partial<DoctorDeskPorts>, host?: string): Promise<readonly string[]> => {
  const address = host === undefined ? undefined : { host, port: 8081 }
  const { findings } = await scriptedDoctor(changes).check(address)
  return findings.filter(({ severity }) => severity !== 'ok').map(({ cause }) => cause)
}

test('where all is well, nothing else is said', async () => {
  expect(await causesOf({})).toEqual([])
})

test('a lone node that asks about nobody does not ask the whole network', async () => {
  let looks = 0
  const look = async () => {
    looks += 1
    return []
  }
  const lone = { view: createLoneNode('attic'), clusterTag: () => undefined, look }
  expect(await causesOf(lone)).toEqual([])
  expect(looks).toBe(0)
  await causesOf(lone, OTHER_HOST)
  expect(looks).toBe(1)
})

test('a node that is linked is knocked at its data port, and its link is left alone', async () => {
  const knocked: string[] = []
  await causesOf({
    network: openNetwork({
      probe: (host, port) => {
        knocked.push(`${host}:${port}`)
        return Promise.resolve('connected')
      },
    }),
  })
  expect(knocked.toSorted()).toEqual([`${OTHER_HOST}:8081`, `${OTHER_HOST}:9`])
})

test('cards are read when everybody was knocked at: before, they say nothing', async () => {
  const order: string[] = []
  const network = openNetwork({
    probe: async () => {
      await settled()
      order.push('knocked')
      return 'silent'
    },
    cards: async () => {
      order.push('cards')
      return new Map([[OTHER_HOST, 'answers']])
    },
  })
  expect(await causesOf({ network, view: downView(), look: async () => [] })).toEqual(['firewall'])
  expect(order).toEqual(['knocked', 'knocked', 'knocked', 'cards'])
})

test('other machines of the network count only when they answer now', async () => {
  const causes = (others: 'refused' | 'silent') =>
    causesOf({
      view: downView(),
      look: async () => [],
      network: openNetwork({
        gateway: async () => '192.168.1.1',
        cards: async () =>
          new Map([
            ['192.168.1.1', 'answers'],
            ['192.168.1.9', 'answers'],
            [OTHER_HOST, 'silent'],
          ]),
        probe: async (host) => (host === '192.168.1.9' ? others : 'silent'),
      }),
    })
  expect(await causes('silent')).toEqual(['ap-isolation'])
  expect(await causes('refused')).toEqual(['no-answer'])
})

test('a card that answered while there was a link says nothing about now', async () => {
  const lost = (agoMs: number) => {
    const nodes = DOCTOR_NODES.map((node) => ({ ...node, lastSeenAt: 1_000_000 - agoMs }))
    const view = new SimulatedView(nodes)
    view.setLink(other!.nodeId, 'down')
    const network = openNetwork({
      cards: async () => new Map([[OTHER_HOST, 'answers']]),
      probe: async () => 'silent',
    })
    return causesOf({ view, network, look: async () => [] })
  }
  expect(await lost(5000)).toEqual(['no-answer'])
  expect(await lost(90_000)).toEqual(['firewall'])
})

test('whoever accepts a connection and does not greet in time is no Skein', async () => {
  const clock = createManualClock()
  const checking = causesOf({
    clock,
    view: downView(),
    hello: (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  })
  await settled()
  await clock.advance(2000)
  expect(await checking).toEqual(['not-skein'])
})

test('a machine that is no member is asked at its address, and at the port for links that it tells', async () => {
  const knocked: number[] = []
  const network = openNetwork({
    resolve: async () => ['192.168.1.7'],
    probe: async (host, port) => {
      if (host === '192.168.1.7') knocked.push(port)
      return port === 7777 ? 'silent' : 'connected'
    },
  })
  const hello = async () => helloOf({ nodeId: 'somebody', clusterTag: null, linkPort: 7777 })
  expect(await causesOf({ network, hello }, 'studio.local')).toEqual(['firewall'])
  expect(knocked).toEqual([8081, 9, 7777])
})

test('clocks are compared half way', async () => {
  let nowMs = 0
  const { findings } = await scriptedDoctor({
    view: downView(),
    clock: { now: () => (nowMs += 2000), after: () => () => undefined },
    hello: async () => helloOf({ clock: 1_000_000 + 9000 }),
  }).check()
  expect(findings.find(({ cause }) => cause === 'clock-skew')?.words).toStartWith('Its clock is 10 s ahead')
})

test('of those who were refused, hosts that are looked at are not told twice', async () => {
  const refusals = () =>
    [OTHER_HOST, '192.168.1.66'].map((host) => ({ host, trouble: 'wrong-cluster-key' as const }))
  const { findings } = await scriptedDoctor({ refusals }).check()
  expect(findings.filter(({ cause }) => cause === 'wrong-cluster').map(({ node }) => node)).toEqual([
    '192.168.1.66',
  ])
})
