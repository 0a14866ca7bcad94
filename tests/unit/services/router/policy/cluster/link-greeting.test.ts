import { describe, expect, test } from 'bun:test'
import {
  CoreStory,
  GREAT,
  GREATER,
  SELF,
  SMALL,
  WALL_CLOCK_START,
  announcementOf,
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

describe('two processes with one identity', () => {
  test('the one that was started later owns the name, and the earlier is told to go', () => {
    const story = new CoreStory()
    story.link('a', GREAT, { epoch: 1 })
    story.hear('a', { type: 'announce', announcements: [announcementOf(GREAT)] })
    story.told()
    story.said()
    story.link('b', GREAT, { epoch: 2, isOutbound: false })
    expect(story.said()).toEqual(['b hello', 'a bye duplicate-identity', 'b digest'])
    expect(story.core.find(GREAT)).toMatchObject({ link: 'up', trouble: undefined, topics: {} })
    story.link('c', GREAT, { epoch: 1 })
    expect(story.said()).toEqual(['c hello', 'c bye duplicate-identity'])
  })

  test('a relayed word of the later life ends the link of the earlier', () => {
    const story = new CoreStory()
    story.link('a', GREAT, { epoch: 1 })
    story.link('b', SMALL)
    story.said()
    story.hear('b', { type: 'announce', announcements: [announcementOf(GREAT, { epoch: 2 })] })
    expect(story.said()).toEqual(['a bye duplicate-identity'])
  })

  test.each([
    ['a bye', { type: 'bye', reason: 'duplicate-identity' } as const],
    [
      'words in its name that are not its own',
      { type: 'announce', announcements: [announcementOf(SELF, { epoch: 6 })] } as const,
    ],
    [
      'later words of its own life, which it never said',
      { type: 'announce', announcements: [announcementOf(SELF, { epoch: 5, instance: 'self' })] } as const,
    ],
  ])('the earlier learns of it by %s, and is out for good', (_, frame) => {
    const story = new CoreStory()
    story.link('a', GREAT)
    story.link('b', SMALL)
    story.told()
    story.hear('a', frame)
    expect(story.told().filter((what) => what === 'fenced')).toEqual(['fenced'])
    expect([story.core.isFenced, story.core.find(SELF)?.trouble]).toEqual([true, 'duplicate-identity'])
    story.said()
    story.link('c', GREATER)
    story.core.onTick(moment(9000))
    expect([story.said(), story.told()]).toEqual([[], ['close c']])
  })

  test('words of an earlier life in our name, or forged ones, fence nobody', () => {
    const story = new CoreStory()
    story.link('a', GREAT)
    story.hear('a', { type: 'announce', announcements: [announcementOf(SELF, { epoch: 4 })] })
    const forged = { ...announcementOf(SELF, { epoch: 6 }), signature: 'none' }
    story.hear('a', { type: 'announce', announcements: [forged] })
    expect(story.core.isFenced).toBe(false)
    expect(story.said().at(-1)).toBe('a bye broken-frame')
  })
})
