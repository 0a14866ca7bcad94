import { expect, test } from 'bun:test'
import { ClusterSimulation } from '../../support/cluster-simulation/cluster-simulation.ts'
import { describeFailure, playStory } from '../../support/cluster-simulation/random-story.ts'

/** Other seeds are for `bun prove simulation`, which also plays with up to 64 nodes. */
const SEEDS = Array.from({ length: 60 }, (_, at) => at + 1)
const MOST_NODES = 8

test.each(SEEDS)('a cluster holds together through cuts, crashes, hangs and removals (story %i)', (seed) => {
  const story = playStory({ seed, mostNodes: MOST_NODES })
  expect(story.complaints.length === 0 ? '' : describeFailure(story)).toBe('')
})

test('a cluster of twenty-four nodes comes through a few faults', () => {
  const story = playStory({ seed: 1, nodes: 24, faults: 12 })
  expect(story.complaints.length === 0 ? '' : describeFailure(story)).toBe('')
  expect(story.events.length).toBeGreaterThan(3)
})

test('two nodes without a way to each other hear of each other through a third', () => {
  const simulation = new ClusterSimulation({ seed: 1, nodes: 4, usesMulticast: true, usesWire: true })
  const [one, other] = simulation.machines
  simulation.cut([one!], [other!])
  simulation.runFor(20_000)
  expect(one!.node!.core.find(other!.nodeId)?.link).toBe('down')
  other!.node!.announceLoad(4711)
  simulation.runFor(30_000)
  expect(one!.node!.core.find(other!.nodeId)?.topics.load?.heldBytes).toBe(4711)
})
