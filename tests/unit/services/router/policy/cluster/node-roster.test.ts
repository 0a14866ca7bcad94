import { expect, test } from 'bun:test'
import {
  CoreStory,
  GREAT,
  SELF,
  SMALL,
  WALL_CLOCK_START,
  memberRecord,
  moment,
} from '../../../../../support/cluster-simulation/core-story.ts'
import { nodeIdOf } from '../../../../../support/cluster-simulation/simulated-identity.ts'

test('this node is first, the others are all members, down or not', () => {
  const story = new CoreStory({
    records: [
      memberRecord(SMALL, { removedAt: 2 }, 2),
      memberRecord(GREAT, { name: 'kitchen' }),
      memberRecord(SELF),
    ],
  })
  expect(story.core.nodes.map(({ nodeId, link }) => [nodeId, link])).toEqual([
    [SELF, 'self'],
    [GREAT, 'down'],
  ])
  expect(story.core.find(GREAT)).toEqual({
    nodeId: GREAT,
    name: 'kitchen',
    isSelf: false,
    link: 'down',
    trouble: undefined,
    rttMs: undefined,
    lastSeenAt: undefined,
    clockSkewMs: undefined,
    topics: {},
  })
  expect(story.core.find(SMALL)).toBeUndefined()
})

test('the time at which a node was heard last stays when its link ends', () => {
  const story = new CoreStory()
  story.link('a', GREAT)
  story.hear('a', { type: 'ping', id: 1 }, 400)
  story.core.onLinkDown('a', 'closed', moment(900))
  expect(story.core.find(GREAT)).toMatchObject({ lastSeenAt: WALL_CLOCK_START + 400, trouble: 'closed' })
})

test('a node in no cluster is alone, and has a name all the same', () => {
  const story = new CoreStory({ records: [] })
  expect(story.core.nodes).toMatchObject([
    { nodeId: SELF, isSelf: true, rttMs: 0, name: nodeIdOf(1000).slice(-8) },
  ])
})
