import { expect, test } from 'bun:test'
import { announcementBytes } from '@service/router/policy/cluster/announcement-bytes.ts'
import { GREAT, GREATER, announcementOf } from '../../../../../support/cluster-simulation/core-story.ts'

const base = announcementOf(GREAT)
const textOf = (announcement: typeof base): string =>
  new TextDecoder().decode(announcementBytes(announcement))

test.each([
  ['author', { nodeId: GREATER }],
  ['epoch', { epoch: 2 }],
  ['instance', { instance: 'two' }],
  ['topic', { topic: 'links' as const }],
  ['version', { version: 2 }],
  ['value', { value: {} }],
])('a signature is of one %s alone', (_, change) => {
  expect(textOf({ ...base, ...change })).not.toBe(textOf(base))
})

test('does not depend on the signature, and says what it is signed for', () => {
  expect(textOf({ ...base, signature: 'other' })).toBe(textOf(base))
  expect(textOf(base)).toStartWith('["skein announcement 1",')
})
