import { expect, test } from 'bun:test'
import type { ClusterFrame } from '@service/router/policy/cluster/cluster-frame.ts'
import {
  CoreStory,
  GREAT,
  GREATER,
  SELF,
  SMALL,
  announcementOf,
  loadOf,
  memberRecord,
  moment,
} from '../../../../../support/cluster-simulation/core-story.ts'

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
