import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { readFrame, writeFrame } from '@service/router/features/cluster/read-frame.ts'
import type { ClusterFrame } from '@service/router/policy/cluster/cluster-frame.ts'
import {
  CoreStory,
  GREAT,
  SELF,
  announcementOf,
  memberRecord,
} from '../../../../../support/cluster-simulation/core-story.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (value: unknown): ClusterFrame | undefined => readFrame(bytesOf(JSON.stringify(value)))

const KEY = {
  id: 'key_0123456789abcdef',
  label: 'a key',
  secretHash: '0'.repeat(64),
  masked: 'sk-skein-ab12…9f0c',
  scopes: ['inference'],
  origins: [],
  routes: [],
  models: [],
  endpointId: null,
  expiresAt: null,
  requestsPerMinute: null,
  tokenBudget: null,
  createdAt: '2027-01-01T00:00:00.000Z',
  updatedAt: 1,
  updatedBy: 'node',
  revokedAt: null,
}

const FRAMES: readonly ClusterFrame[] = [
  { type: 'hello', protocolVersion: 1, epoch: 3, instance: 'x', clock: 1_800_000_000_000 },
  { type: 'ping', id: 1 },
  { type: 'pong', id: 1 },
  { type: 'announce', announcements: [announcementOf(GREAT)] },
  {
    type: 'records',
    records: [
      memberRecord(GREAT),
      { kind: 'key', id: KEY.id, updatedAt: 1, updatedBy: 'old name', value: KEY },
    ],
  },
  {
    type: 'digest',
    nodes: [{ nodeId: GREAT, epoch: 1, instance: 'x', versions: { load: 3 } }],
    records: { [`member ${GREAT}`]: `1 ${SELF}` },
  },
  { type: 'prefixes', model: 'm', hashes: ['a', 'b'] },
  { type: 'bye', reason: 'stopping' },
]

describe('a frame', () => {
  test.each(FRAMES.map((frame) => [frame.type, frame] as const))(
    'of type %s comes through as it was',
    (_, frame) => {
      expect(readFrame(writeFrame(frame))).toEqual(frame)
    },
  )

  test.each(FRAMES.map((frame) => [frame.type, frame] as const))(
    'of type %s with a broken field is none, or keeps what is whole; nothing throws',
    (_, frame) => {
      const story = new CoreStory()
      story.link('a', GREAT)
      for (const field of Object.keys(frame)) {
        for (const value of [null, -1, 1.5, 'x'.repeat(5000), [null], [{}], {}, { a: {} }, true, 1e300]) {
          const broken = read({ ...frame, [field]: value })
          if (broken !== undefined) story.hear('a', broken)
        }
        expect(read({ ...frame, [field]: undefined })).toBeUndefined()
      }
    },
  )

  test.each([
    ['nothing', ''],
    ['no JSON', '{"type":"ping","id":1'],
    ['no object', '["ping"]'],
    ['an unknown type', '{"type":"become-leader"}'],
    ['a type that every object has', '{"type":"constructor"}'],
    ['another number', '{"type":"ping","id":"1"}'],
    ['an infinite number', '{"type":"ping","id":1e999}'],
  ])('is not %s', (_, text) => {
    expect(readFrame(bytesOf(text))).toBeUndefined()
  })

  test('is neither deep nor large nor broken text', () => {
    expect(readFrame(bytesOf(`{"type":"ping","id":1,"x":${'['.repeat(200_000)}`))).toBeUndefined()
    expect(readFrame(new Uint8Array(9 * 1024 * 1024).fill(0x20))).toBeUndefined()
    expect(readFrame(new Uint8Array([0x22, 0xff, 0xfe, 0x22]))).toBeUndefined()
  })

  test('is whatever bytes come, and never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => readFrame(bytes) === undefined))
    const pieces = fc.constantFrom(
      '{',
      '}',
      '"type":',
      '"announce"',
      ',',
      '[',
      ']',
      '"__proto__":',
      '1',
      '"value":',
    )
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 40 }),
        (parts) => readFrame(bytesOf(parts.join(''))) === undefined,
      ),
    )
  })
})

describe('of newer nodes', () => {
  test('fields are left out', () => {
    const frame = read({ type: 'ping', id: 1, urgency: 'great', ['__proto__']: { isAdmin: true } })
    expect(frame).toEqual({ type: 'ping', id: 1 })
    expect(Object.keys(frame ?? {})).toEqual(['type', 'id'])
  })

  test('topics and kinds of records are left out, the others count', () => {
    const known = announcementOf(GREAT)
    expect(read({ type: 'announce', announcements: [{ ...known, topic: 'weather' }, known] })).toEqual({
      type: 'announce',
      announcements: [known],
    })
    const record = memberRecord(GREAT)
    expect(read({ type: 'records', records: [{ ...record, kind: 'quota' }, record] })).toEqual({
      type: 'records',
      records: [record],
    })
  })

  test('the greeting is understood well enough to say goodbye', () => {
    expect(read({ type: 'hello', protocolVersion: 2, life: 'long' })).toEqual({
      type: 'hello',
      protocolVersion: 2,
      epoch: 0,
      instance: '',
      clock: 0,
    })
    expect(read({ type: 'hello', protocolVersion: 1, life: 'long' })).toBeUndefined()
  })
})

test.each([
  ['about another node than it says', { ...memberRecord(GREAT), id: SELF }],
  [
    'of a node that cannot be',
    { ...memberRecord(GREAT), id: 'x', value: { ...memberRecord(GREAT), nodeId: 'x' } },
  ],
  ['without its value', { ...memberRecord(GREAT), value: null }],
  [
    'of a key that is none',
    { ...memberRecord(GREAT), kind: 'key', id: KEY.id, value: { ...KEY, secretHash: 'x' } },
  ],
  ['of another key', { ...memberRecord(GREAT), kind: 'key', id: 'key_ffffffffffffffff', value: KEY }],
  ['from the end of time', memberRecord(GREAT, {}, Number.MAX_SAFE_INTEGER)],
])('a record %s is left out', (_, record) => {
  expect(read({ type: 'records', records: [record] })).toEqual({ type: 'records', records: [] })
})

test('a word keeps its value as it was signed, odd text too', () => {
  const value = { text: '\ud800', ['__proto__']: 1, number: -0 }
  const announcement = announcementOf(GREAT, { value })
  const frame = read({ type: 'announce', announcements: [announcement] })
  const story = new CoreStory()
  story.link('a', GREAT)
  story.hear('a', frame)
  // It was signed, and is no load: nothing happens, and the link stays.
  expect(story.core.find(GREAT)).toMatchObject({ link: 'up', topics: {} })
})
