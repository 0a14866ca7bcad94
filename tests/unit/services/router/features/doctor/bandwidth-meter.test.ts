import { expect, test } from 'bun:test'
import { BandwidthMeter } from '@service/router/features/doctor/bandwidth-meter.ts'
import { bytesControl } from '@service/router/features/peer-door/peer-controls.ts'
import type { PeerArrival } from '@service/router/features/peer-door/peer-door.ts'
import type { PeerTransport } from '@service/router/features/other-nodes/peer-transport.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'
import { clusterNodeFor } from '../../../../../support/placement-simulation/cluster-node-for.ts'
import { SimulatedView } from '../../../../../support/placement-simulation/simulated-view.ts'

type Send = PeerTransport['send']
const nodes = [1, 2, 3].map((number) => clusterNodeFor(number, number === 1))
const [one, two, three] = nodes.map(({ nodeId }) => nodeId)
// Who asks does not matter to these controls.
const ARRIVAL = {} as PeerArrival

const clockOfMachine = {
  now: () => performance.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

const zeros: Send = async (_, { pathAndQuery }) =>
  bytesControl.answer(new Request(`https://node${pathAndQuery}`), ARRIVAL)

test('nodes are measured one after the other, and what was measured is kept for the map', async () => {
  let open = 0
  let most = 0
  const meter = new BandwidthMeter({
    view: new SimulatedView(nodes),
    clock: clockOfMachine,
    peers: {
      async send(nodeId, request) {
        open += 1
        most = Math.max(most, open)
        const reply = await zeros(nodeId, request)
        const done = new TransformStream<Uint8Array, Uint8Array>({ flush: () => void (open -= 1) })
        return new Response(reply.body?.pipeThrough(done))
      },
    },
  })
  const [first, second] = await Promise.all([meter.measureFromHere(), meter.measureFromHere()])
  expect(second).toBe(first)
  expect(first.map(({ from, to }) => [from, to])).toEqual([
    [one!, two!],
    [one!, three!],
  ])
  expect(most).toBe(1)
  expect(meter.speeds.get(two!)).toBeGreaterThan(0)
})

test('a slow node is measured by what came in two seconds, and a silent one not at all', async () => {
  const clock = createManualClock()
  const send: Send = async (nodeId, { signal }) => {
    if (nodeId === three)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    return new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(1000))
          signal.addEventListener('abort', () => controller.error(signal.reason))
        },
      }),
    )
  }
  const meter = new BandwidthMeter({ view: new SimulatedView(nodes), clock, peers: { send } })
  const measuring = meter.measureFromHere()
  for (let second = 0; second < 5; second += 1) {
    await clock.advance(1000)
  }
  expect(await measuring).toEqual([{ from: one!, to: two!, bytesPerSecond: 500 }])
})

test('every other node is asked in turn; who is down or talks nonsense is left out', async () => {
  const asked: string[] = []
  const view = new SimulatedView([...nodes, clusterNodeFor(4, false)])
  const four = view.nodes[3]!.nodeId
  view.setLink(four, 'down')
  const stranger = clusterNodeFor(9, false).nodeId
  const send: Send = async (nodeId, request) => {
    if (request.method === 'GET') return zeros(nodeId, request)
    asked.push(request.pathAndQuery)
    return nodeId === two
      ? Response.json({
          data: [
            { to: one, bytesPerSecond: 7 },
            { to: stranger, bytesPerSecond: 8 },
          ],
        })
      : Response.json({ data: [{ to: one, bytesPerSecond: -1 }] })
  }
  const meter = new BandwidthMeter({ view, clock: clockOfMachine, peers: { send } })
  const { data, leftOut } = await meter.measureEverywhere()
  expect(asked).toEqual(['/_skein/peer/doctor/bandwidth', '/_skein/peer/doctor/bandwidth'])
  expect(data.filter(({ from }) => from === two)).toEqual([{ from: two!, to: one!, bytesPerSecond: 7 }])
  expect(leftOut).toEqual([three!, four])
})

test('what one node asks of another is what that one measures', async () => {
  const meter = new BandwidthMeter({
    view: new SimulatedView(nodes),
    clock: clockOfMachine,
    peers: { send: zeros },
  })
  const { control } = meter
  const reply = await control.answer(new Request('https://node/', { method: 'POST' }), ARRIVAL)
  expect(await reply.json()).toMatchObject({ data: [{ to: two! }, { to: three! }] })
  await settled()
})
