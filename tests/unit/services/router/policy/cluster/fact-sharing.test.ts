import { describe, expect, test } from 'bun:test'
import type { ClusterFrame } from '@service/router/policy/cluster/cluster-frame.ts'
import {
  CoreStory,
  GREAT,
  GREATER,
  SELF,
  SMALL,
  WALL_CLOCK_START,
  announcementOf,
  loadOf,
  memberRecord,
  moment,
} from '../../../../../support/cluster-simulation/core-story.ts'

const ADDRESS = { host: '10.0.0.7', linkPort: 8082, dataPort: 8081 }
const EMPTY = { type: 'digest', nodes: [], records: {} } as const

const answerOf = (story: CoreStory, digest: ClusterFrame): readonly ClusterFrame[] => {
  story.sent.splice(0)
  story.hear('a', digest)
  return story.sent.map(({ frame }) => frame)
}

test('who knows nothing is sent everything; who knows all is sent nothing', () => {
  const story = new CoreStory()
  story.link('a', GREAT)
  story.core.announce('load', loadOf(3), moment(0))
  story.hear('a', { type: 'announce', announcements: [announcementOf(GREATER)] })
  const answer = answerOf(story, EMPTY)
  expect(answer.map(({ type }) => type)).toEqual(['records', 'announce'])
  expect(answer[1]).toMatchObject({ announcements: [{ nodeId: SELF }, { nodeId: GREATER }] })
  story.sent.splice(0)
  story.link('b', SMALL)
  const own = story.sent.flatMap(({ frame }) => (frame.type === 'digest' ? [frame] : []))[0]!
  expect(answerOf(story, own)).toEqual([])
})

test.each([
  ['an earlier life', { epoch: 0, instance: 'one' }, 9, 1],
  ['an earlier version', { epoch: 1, instance: 'one' }, 1, 1],
  ['the same version', { epoch: 1, instance: 'one' }, 2, 0],
  ['a later life', { epoch: 2, instance: 'one' }, 1, 0],
])('who knows %s of a node is sent what is newer', (_, life, version, sent) => {
  const story = new CoreStory({ records: [SELF, GREAT, GREATER].map((nodeId) => memberRecord(nodeId)) })
  story.link('a', GREAT)
  story.hear('a', { type: 'announce', announcements: [announcementOf(GREATER, { version: 2 })] })
  const nodes = [{ nodeId: GREATER, ...life, versions: { load: version } }]
  const answer = answerOf(story, { type: 'digest', nodes, records: {} })
  expect(answer.filter(({ type }) => type === 'announce')).toHaveLength(sent)
})

test('a large answer goes in portions', () => {
  const story = new CoreStory()
  story.link('a', GREAT)
  const speeds = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      model: `${'m'.repeat(100)}${at}`,
      prefillTokensPerSecond: null,
      decodeTokensPerSecond: null,
      loadMs: null,
    }))
  for (const nodeId of [GREAT, GREATER, SMALL])
    story.hear('a', {
      type: 'announce',
      announcements: [announcementOf(nodeId, { topic: 'speeds', value: speeds(1200) })],
    })
  const records = Array.from({ length: 300 }, (_, at) => ({
    kind: 'key' as const,
    id: `key-${at}`,
    updatedAt: 1,
    updatedBy: 'x',
    value: null,
  }))
  for (const record of records) story.core.putRecord(record, moment(0))
  const answer = answerOf(story, EMPTY)
  expect(answer.map(({ type }) => type)).toEqual(['records', 'records', 'records', 'announce', 'announce'])
})

test('records that are new are saved and passed on to all others, once', () => {
  const story = new CoreStory()
  story.link('a', GREAT)
  story.link('b', SMALL)
  story.link('c', GREATER)
  story.said()
  story.told()
  const key = { kind: 'key', id: 'k', updatedAt: 1, updatedBy: 'x', value: null } as const
  story.hear('a', { type: 'records', records: [key] })
  expect([story.said(), story.told()]).toEqual([['b records', 'c records'], ['save key k']])
  story.hear('b', { type: 'records', records: [key] })
  expect([story.said(), story.told()]).toEqual([[], []])
  expect(story.core.putRecord({ ...key, updatedAt: 2 }, moment(0))).toBe(true)
  expect(story.said()).toEqual(['a records', 'b records', 'c records'])
})

describe('membership', () => {
  const removed = memberRecord(GREAT, { removedAt: 5 }, 5)

  test('of a node that is removed ends at once, is passed on, and it is shown why', () => {
    const story = new CoreStory()
    story.link('a', GREAT)
    story.link('b', SMALL)
    story.link('c', GREATER)
    story.said()
    story.told()
    story.hear('b', { type: 'records', records: [removed] })
    expect(story.said()).toEqual(['a records', 'c records', 'a records', 'a bye removed'])
    expect(story.told()).toEqual(['save member great', 'close a', 'members'])
    expect([story.core.isMember(GREAT), story.core.mayKnock(GREAT)]).toEqual([false, true])
    story.hear('b', { type: 'records', records: [removed] })
    expect([story.said(), story.told()]).toEqual([[], []])
  })

  test('that has ended is all that who knocks is told', () => {
    const story = new CoreStory({ records: [memberRecord(SELF), removed] })
    story.core.onLink({ linkId: 'a', nodeId: GREAT, isOutbound: false, host: '10.0.0.9' }, moment(0))
    expect(story.said()).toEqual(['a records', 'a bye removed'])
    story.core.onLink({ linkId: 'b', nodeId: GREATER, isOutbound: false, host: '10.0.0.9' }, moment(0))
    expect([story.said(), story.told()]).toEqual([[], ['close a', 'close b']])
  })

  test('that has ended for this node makes it keep still until it is let in again', () => {
    const story = new CoreStory()
    story.core.onAddresses(GREAT, [ADDRESS], 'seen', moment(0))
    story.link('a', SMALL)
    story.hear('a', { type: 'records', records: [memberRecord(SELF, { removedAt: 5 }, 5)] })
    expect(story.told()).toContain('self removed')
    expect(story.core.find(SELF)?.trouble).toBe('removed')
    story.core.onTick(moment(1000))
    expect(story.told()).toEqual([])
    story.core.putRecord(memberRecord(SELF, {}, 6), moment(1100))
    expect(story.core.find(SELF)?.trouble).toBeUndefined()
    story.core.onTick(moment(1200))
    expect(story.told()).toContain('dial great at 10.0.0.7')
  })

  test('is changed later than it was before, also by a clock that is behind', () => {
    const story = new CoreStory({
      records: [memberRecord(SELF), memberRecord(GREAT, {}, WALL_CLOCK_START * 2)],
    })
    const value = { nodeId: GREAT, name: 'great', joinedAt: 1, removedAt: 2 }
    const record = story.core.stampRecord('member', GREAT, value, moment(0))
    expect(record).toMatchObject({ updatedAt: WALL_CLOCK_START * 2 + 1, updatedBy: SELF })
    expect([story.core.putRecord(record, moment(0)), story.core.isMember(GREAT)]).toEqual([true, false])
  })
})
