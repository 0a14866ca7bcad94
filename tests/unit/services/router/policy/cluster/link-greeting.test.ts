import { describe, expect, test } from 'bun:test'
import {
  CoreStory,
  GREAT,
  SELF,
  SMALL,
  WALL_CLOCK_START,
  moment,
} from '../../../../../support/cluster-simulation/core-story.ts'

describe('two links between the same two', () => {
  test('leave the one that the smaller id has dialled; nobody takes the other for down meanwhile', () => {
    const story = new CoreStory()
    story.link('theirs', GREAT, { isOutbound: false })
    story.told()
    story.said()
    story.link('ours', GREAT, { isOutbound: true })
    expect(story.said()).toEqual(['ours hello', 'theirs bye second-link', 'ours digest'])
    expect(story.told()).toEqual(['close theirs'])
    story.link('again', GREAT, { isOutbound: false })
    expect(story.said()).toEqual(['again hello', 'again bye second-link'])
    expect(story.core.find(GREAT)).toMatchObject({ link: 'up', trouble: undefined })
  })

  test('are one when the other end closes the second before it has greeted over the first', () => {
    const story = new CoreStory()
    story.link('ours', SMALL, { isOutbound: true })
    story.core.onLink({ linkId: 'theirs', nodeId: SMALL, isOutbound: false, host: '10.0.0.9' }, moment(1))
    story.told()
    story.hear('ours', { type: 'bye', reason: 'second-link' }, 2)
    expect([story.told(), story.core.find(SMALL)?.link]).toEqual([['close ours'], 'up'])
    const clock = WALL_CLOCK_START
    story.hear('theirs', { type: 'hello', protocolVersion: 1, epoch: 1, instance: 'one', clock }, 3)
    expect([story.told(), story.core.find(SMALL)?.link]).toEqual([[], 'up'])
  })

  test('where the other end believes in one that is gone here, are none until that is seen there', () => {
    const story = new CoreStory()
    story.link('ours', SMALL)
    story.told()
    story.hear('ours', { type: 'bye', reason: 'second-link' }, 2)
    expect(story.told()).toEqual(['close ours', 'small down'])
    expect(story.core.find(SMALL)?.trouble).toBeUndefined()
  })
})

describe('somebody with our own identity', () => {
  test('that was started later fences this node', () => {
    const story = new CoreStory()
    story.link('a', SELF, { epoch: 6 })
    expect(story.told()).toContain('fenced')
  })

  test('that was started earlier is told to go', () => {
    const story = new CoreStory()
    story.link('a', SELF, { epoch: 4 })
    expect(story.said()).toEqual(['a hello', 'a bye duplicate-identity'])
    expect([story.core.isFenced, story.told()]).toEqual([false, ['close a']])
  })
})
