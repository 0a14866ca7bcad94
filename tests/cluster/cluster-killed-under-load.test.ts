import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { brokenPromises, isRetried } from '../support/cluster-load/broken-promises.ts'
import { figuresOfNodes, nodesAreCalm } from '../support/cluster-load/calm-nodes.ts'
import { killUnderLoad, loadNodes } from '../support/cluster-load/kill-under-load.ts'
import type { KillStormReport } from '../support/cluster-load/kill-under-load.ts'
import { openRealCluster } from '../support/cluster-load/real-cluster.ts'
import type { RealCluster } from '../support/cluster-load/real-cluster.ts'
import { PACED_MODEL, pacedNode } from '../support/cluster-load/paced-node.ts'
import type { ProcessFigures } from '../support/process-figures.ts'

const LONG = 150_000
const CHATS = 200
/** Further connections that may be kept for the next request. */
const DESCRIPTORS_MORE = 16

let cluster: RealCluster
let storm: KillStormReport
let early: ReadonlyMap<string, ProcessFigures>

/** The door has no model, so that all is done by the two others, of which one is killed. */
beforeAll(async () => {
  cluster = await openRealCluster([pacedNode('door', false), pacedNode('left', true)])
  const [door, left] = [cluster.node('door'), cluster.node('left')]
  // As much as the survivor gets later, so that its connections are there already.
  const before = await loadNodes({ door, model: PACED_MODEL, chats: CHATS, seed: 1 })
  expect(before.filter(({ end }) => end !== 'answered')).toEqual([])
  await nodesAreCalm([door, left], PACED_MODEL)
  early = await figuresOfNodes([door, left])
  const victim = await cluster.add(pacedNode('right', true))
  storm = await killUnderLoad({ door, victim, model: PACED_MODEL, chats: CHATS, seed: 2 })
}, LONG)
afterAll(() => cluster?.stop(), LONG)

describe('two hundred chats at once, while a node that works on half of them is killed', () => {
  test('all end: answered, or with the words of their dialect where the dead node had begun to answer', () => {
    expect(brokenPromises(storm, 'right')).toEqual([])
    expect(storm.chats).toHaveLength(CHATS)
  })

  test('whoever had got nothing yet is answered by the node that is left', () => {
    const again = storm.chats.filter(isRetried)
    expect(again.length).toBeGreaterThan(CHATS / 8)
    expect(new Set(again.map(({ end, node }) => `${end} by ${node}`))).toEqual(new Set(['answered by left']))
    expect(again.some(({ isStream }) => isStream) && again.some(({ isStream }) => !isStream)).toBe(true)
  })

  test('streams of the dead node were cut in more than one dialect', () => {
    expect(storm.streamedThere.length).toBeGreaterThan(3)
    const cut = storm.chats.filter(({ end }) => end === 'cut')
    expect(new Set(cut.map(({ dialect }) => dialect)).size).toBeGreaterThan(1)
  })

  test('afterwards nothing waits, runs, is held or is counted on at the survivors', async () => {
    const survivors = [cluster.node('door'), cluster.node('left')]
    await nodesAreCalm(survivors, PACED_MODEL)
    const late = await figuresOfNodes(survivors)
    for (const [name, { openFiles, residentMegabytes }] of late) {
      const before = early.get(name)
      expect([name, openFiles]).toEqual([name, expect.any(Number)])
      expect(openFiles).toBeLessThanOrEqual((before?.openFiles ?? 0) + DESCRIPTORS_MORE)
      expect(residentMegabytes).toBeLessThanOrEqual((before?.residentMegabytes ?? 0) * 1.25 + 20)
    }
  })
})
