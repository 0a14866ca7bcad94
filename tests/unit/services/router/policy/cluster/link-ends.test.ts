import { expect, test } from 'bun:test'
import { CoreStory, GREAT, moment } from '../../../../../support/cluster-simulation/core-story.ts'

const ADDRESS = { host: '10.0.0.7', linkPort: 8082, dataPort: 8081 }

test('who breaks off again and again is dialled ever more seldom', () => {
  const story = new CoreStory()
  story.core.onAddresses(GREAT, [ADDRESS], 'remembered', moment(0))
  const dialledAt: number[] = []
  for (let nowMs = 0; nowMs < 5000; nowMs += 100) {
    story.core.onTick(moment(nowMs))
    if (!story.told().includes('dial great at 10.0.0.7')) continue
    dialledAt.push(nowMs)
    story.link(`link-${nowMs}`, GREAT, { nowMs })
    story.hear(`link-${nowMs}`, { type: 'bye', reason: 'broken-frame' }, nowMs)
  }
  expect(dialledAt).toEqual([0, 200, 600, 1400, 2900])
})

test.each([
  ['stopping', 'closed'],
  ['removed', 'removed'],
  ['protocol-version', 'protocol-version'],
  ['broken-frame', 'closed'],
] as const)('a bye that says "%s" is shown to people as "%s"', (reason, trouble) => {
  const story = new CoreStory()
  story.link('a', GREAT)
  story.told()
  story.said()
  story.hear('a', { type: 'bye', reason })
  expect(story.said()).toEqual([])
  expect(story.told()).toEqual(['close a', `great ${trouble}`, 'great down'])
})

test('the end of a connection that was not used yet is no change of state', () => {
  const story = new CoreStory()
  story.core.onLink({ linkId: 'a', nodeId: GREAT, isOutbound: false, host: '10.0.0.9' }, moment(0))
  story.core.onLinkDown('a', 'closed', moment(10))
  expect(story.told()).toEqual(['great closed'])
})
