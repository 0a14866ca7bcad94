import { expect, test } from 'bun:test'
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
