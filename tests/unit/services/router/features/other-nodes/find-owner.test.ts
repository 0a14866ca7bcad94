import { expect, test } from 'bun:test'
import type { AskNode, NodeReply } from '@service/router/features/other-nodes/ask-node.ts'
import { OwnerFinder } from '@service/router/features/other-nodes/find-owner.ts'
import type { RoutedRequest } from '@service/router/features/forwarding/forward-request.ts'
import { createRouteTable } from '@service/router/features/routing/route-table.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'
import { createScriptedNodes, nodeIdFor } from '../../../../../support/scripted-nodes.ts'
import { routeEntry } from '../../../../../support/scripted-service.ts'

const table = createRouteTable([
  {
    service: 'chat',
    version: '1',
    instance: 'i',
    slotsPerModel: 1,
    routes: [routeEntry('GET', '/things/:id', { kind: 'owned' })],
  },
])

/** A finder among `attic`, `mini` and `studio`; each answers with the status that the test gives it, or never. */
const createFinder = (statuses: Readonly<Record<string, number | 'never'>>) => {
  const nodes = createScriptedNodes([], { mini: [], studio: [] })
  const clock = createManualClock()
  const asked: string[] = []
  const discarded: string[] = []
  const aborted: string[] = []
  const answer = async (name: string, signal: AbortSignal | undefined): Promise<NodeReply> => {
    asked.push(name)
    const status = statuses[name] ?? 404
    signal?.addEventListener('abort', () => void aborted.push(name))
    if (status === 'never')
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    return {
      response: new Response(null, { status }),
      signal: signal!,
      discard: () => void discarded.push(name),
    }
  }
  const askNode: AskNode = (node, { signal }) => answer(node.name, signal)
  const owners = new OwnerFinder({ view: nodes.cluster.view, askNode, table: () => table, clock })
  const find = (path = '/things/1') => owners.findElsewhere(path, (node, signal) => answer(node.name, signal))
  return { aborted, asked, clock, discarded, find, nodes, owners }
}

// What is asked is played by `askNode`: nothing of the request itself is looked at.
const routed = {} as RoutedRequest

test('the first that has it is taken, and the others are told to stop', async () => {
  const { aborted, find } = createFinder({ mini: 'never', studio: 200 })
  expect((await find())?.node.name).toBe('studio')
  expect(aborted).toEqual(['mini'])
})

test('nobody has it when all say so or fail', async () => {
  const { discarded, find } = createFinder({ mini: 404, studio: 503 })
  expect(await find()).toBeUndefined()
  expect(discarded.toSorted()).toEqual(['mini', 'studio'])
})

test('a node that says nothing is not waited for without end', async () => {
  const { aborted, clock, find } = createFinder({ mini: 'never', studio: 404 })
  const found = find()
  await clock.advance(9_999)
  expect(aborted).toEqual([])
  await clock.advance(1)
  expect(await found).toBeUndefined()
  expect(aborted).toContain('mini')
})

test('who had it last is asked alone, and the others only when it has it no more', async () => {
  const statuses: Record<string, number> = { mini: 404, studio: 200 }
  const { asked, find } = createFinder(statuses)
  await find()
  asked.length = 0
  await find()
  expect(asked).toEqual(['studio'])
  statuses['studio'] = 404
  statuses['mini'] = 200
  expect((await find())?.node.name).toBe('mini')
})

test('who had it last and is down is not asked', async () => {
  const { asked, find, nodes } = createFinder({ mini: 404, studio: 200 })
  await find()
  asked.length = 0
  nodes.peer('studio').isUp = false
  expect(await find()).toBeUndefined()
  expect(asked).toEqual(['mini'])
})

test('an owner is looked for by GET of the thing itself, here first', async () => {
  const { asked, owners } = createFinder({ attic: 200, mini: 200 })
  expect(await owners.ownerOf(routed, '/things/1', true)).toBe(nodeIdFor('attic'))
  expect(asked).toEqual(['attic'])
  expect(await owners.ownerOf(routed, '/things/1', false)).toBe(nodeIdFor('mini'))
})

test('what cannot be read has no owner that could be looked for', async () => {
  const { asked, owners } = createFinder({ mini: 200 })
  expect(await owners.ownerOf(routed, '/elsewhere/1', true)).toBeUndefined()
  expect(asked).toEqual([])
})
