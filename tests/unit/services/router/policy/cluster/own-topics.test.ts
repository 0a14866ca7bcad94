import { expect, test } from 'bun:test'
import { announcementBytes } from '@service/router/policy/cluster/announcement-bytes.ts'
import { OwnTopics } from '@service/router/policy/cluster/own-topics.ts'
import { SELF, loadOf } from '../../../../../support/cluster-simulation/core-story.ts'
import { signerOf } from '../../../../../support/cluster-simulation/simulated-identity.ts'

const createTopics = () => new OwnTopics({ nodeId: SELF, epoch: 1, instance: 'one' }, signerOf(SELF), 200)

test('the first word goes out at once, signed', () => {
  const said = createTopics().say('load', loadOf(1), 0)
  expect(said?.announcement).toMatchObject({ topic: 'load', version: 1, value: loadOf(1) })
  const bytes = announcementBytes(said!.announcement)
  expect(signerOf(SELF).verify(SELF, bytes, said!.announcement.signature)).toBe(true)
  expect(said?.sizeBytes).toBe(bytes.length)
})

test('of many changes in a short time the last one is sent when the time is over', () => {
  const topics = createTopics()
  topics.say('load', loadOf(1), 0)
  expect(topics.say('load', loadOf(2), 50)).toBeUndefined()
  expect(topics.say('load', loadOf(3), 60)).toBeUndefined()
  expect(topics.due(199)).toEqual([])
  expect(topics.due(200)).toMatchObject([{ announcement: { version: 2, value: loadOf(3) } }])
  expect(topics.due(400)).toEqual([])
})

test('a change that was taken back meanwhile is never sent', () => {
  const topics = createTopics()
  topics.say('load', loadOf(1), 0)
  topics.say('load', loadOf(2), 50)
  topics.say('load', loadOf(1), 60)
  expect(topics.due(1000)).toEqual([])
})

test('what changes seldom never waits, and is not sent again while it is the same', () => {
  const topics = createTopics()
  topics.say('speeds', [], 0)
  expect(topics.say('speeds', [], 1)).toBeUndefined()
  const service = { name: 'chat', state: 'up' as const, version: null, capabilities: [] }
  expect(topics.say('services', [service], 2)?.announcement.version).toBe(1)
  expect(topics.say('services', [], 3)?.announcement.version).toBe(2)
  expect([topics.versionOf('services'), topics.versionOf('models')]).toEqual([2, 0])
})
