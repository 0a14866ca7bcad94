import { describe, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
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

describe('a link', () => {
  test('is greeted over, and is up when the other end has greeted', () => {
    const story = new CoreStory()
    story.core.onLink({ linkId: 'a', nodeId: GREAT, isOutbound: true, host: '10.0.0.9' }, moment(0))
    expect([story.said(), story.told()]).toEqual([['a hello'], []])
    story.hear('a', {
      type: 'hello',
      protocolVersion: 1,
      epoch: 1,
      instance: 'x',
      clock: WALL_CLOCK_START - 500,
    })
    expect([story.said(), story.told()]).toEqual([['a digest'], ['great up']])
    expect(story.core.find(GREAT)).toMatchObject({ link: 'up', trouble: undefined, clockSkewMs: -500 })
  })

  test.each([
    ['anything before a greeting', [{ type: 'ping', id: 1 } as const]],
    ['a second greeting', [hello(), hello()]],
    ['what is no frame', [hello(), undefined]],
  ])('is closed for %s', (_, frames) => {
    const story = new CoreStory()
    story.core.onLink({ linkId: 'a', nodeId: GREAT, isOutbound: true, host: '10.0.0.9' }, moment(0))
    for (const frame of frames) story.hear('a', frame)
    expect(story.said().at(-1)).toBe('a bye broken-frame')
    expect(story.told()).toContain('close a')
    expect(story.core.find(GREAT)?.link).toBe('down')
  })

  test('is measured: the round trip is smoothed, and makes the skew of the clocks exact', () => {
    const story = new CoreStory()
    story.link('a', GREAT)
    story.core.onTick(moment(0))
    story.hear('a', { type: 'pong', id: 1 }, 40)
    expect(story.core.find(GREAT)).toMatchObject({ rttMs: 40, clockSkewMs: 20 })
    story.core.onTick(moment(5100))
    story.hear('a', { type: 'pong', id: 1 }, 5100)
    expect(story.core.find(GREAT)?.rttMs).toBe(40)
  })

  test('that is silent is down, by itself and at once when the time is over', () => {
    const story = new CoreStory()
    story.link('a', GREAT)
    for (let nowMs = 0; nowMs <= 2200; nowMs += 200) story.core.onTick(moment(nowMs))
    expect(story.core.find(GREAT)?.link).toBe('up')
    story.told()
    story.core.onTick(moment(2400))
    expect(story.told()).toEqual(['close a', 'great silent', 'great down'])
    expect(story.core.find(GREAT)).toMatchObject({
      link: 'down',
      trouble: 'silent',
      lastSeenAt: WALL_CLOCK_START,
    })
  })

  test('is not blamed for a silence in which this node itself was not there', () => {
    const story = new CoreStory()
    story.link('a', GREAT)
    story.core.onTick(moment(0))
    story.core.onTick(moment(60_000))
    expect(story.core.find(GREAT)?.link).toBe('up')
    for (let nowMs = 60_200; nowMs <= 62_600; nowMs += 200) story.core.onTick(moment(nowMs))
    expect(story.core.find(GREAT)?.trouble).toBe('silent')
  })

  test('answers pings, and hands on what others have worked on', () => {
    const story = new CoreStory()
    story.link('a', GREAT)
    story.said()
    story.hear('a', { type: 'ping', id: 7 })
    expect(story.sent.map(({ frame }) => frame)).toEqual([{ type: 'pong', id: 7 }])
    story.told()
    story.hear('a', { type: 'prefixes', model: 'm', hashes: ['x', 'y'] })
    expect(story.told()).toEqual(['great has m x,y'])
  })

  test('of a node that speaks another protocol is refused, and people are told why', () => {
    const story = new CoreStory()
    story.core.onLink({ linkId: 'a', nodeId: GREAT, isOutbound: false, host: '10.0.0.9' }, moment(0))
    story.hear('a', { type: 'hello', protocolVersion: 2, epoch: 0, instance: '', clock: 0 })
    expect(story.said()).toEqual(['a hello', 'a bye protocol-version'])
    expect(story.core.find(GREAT)?.trouble).toBe('protocol-version')
  })

  test('of which nothing is known any more says nothing', () => {
    const story = new CoreStory()
    story.link('a', GREAT)
    story.core.onLinkDown('a', 'closed', moment(1))
    story.told()
    story.hear('a', { type: 'ping', id: 1 }, 2)
    story.core.onLinkDown('a', 'silent', moment(3))
    expect([story.told(), story.core.find(GREAT)?.trouble]).toEqual([[], 'closed'])
  })
})

describe('what nodes say of themselves', () => {
  test('is sent to all at once, and only when it has changed', () => {
    const story = new CoreStory()
    story.link('a', GREAT)
    story.link('b', SMALL)
    story.said()
    for (const nowMs of [0, 300, 600]) story.core.announce('speeds', [], moment(nowMs))
    expect(story.said()).toEqual(['a announce', 'b announce'])
    expect(story.core.find(SELF)?.topics.speeds).toEqual([])
  })

  test('that changes all the time is gathered', () => {
    const story = new CoreStory()
    story.link('a', GREAT)
    story.said()
    for (let nowMs = 0; nowMs < 200; nowMs += 10) story.core.announce('load', loadOf(nowMs), moment(nowMs))
    expect(story.said()).toEqual(['a announce'])
    story.core.onTick(moment(200))
    expect(
      story.sent.flatMap(({ frame }) => (frame.type === 'announce' ? frame.announcements : [])),
    ).toMatchObject([{ version: 2, value: { heldBytes: 190 } }])
  })

  test('is refused when others would not take it', () => {
    const story = new CoreStory()
    const model = 'x'.repeat(300)
    expect(() =>
      story.core.announce('backends', [{ name: model, version: '1', digest: null }], moment(0)),
    ).toThrow(Fault)
    expect(story.told()).toEqual([])
  })

  test('counts when it is signed, whoever passes it on; a forged one ends the link and changes nothing', () => {
    const story = new CoreStory()
    story.link('a', GREAT)
    story.hear('a', { type: 'announce', announcements: [announcementOf(GREATER)] })
    expect(story.core.find(GREATER)?.topics.load).toEqual(loadOf(1))
    const forged = { ...announcementOf(GREATER, { version: 2 }), value: loadOf(2) }
    story.hear('a', { type: 'announce', announcements: [forged] })
    expect(story.said().at(-1)).toBe('a bye broken-frame')
    expect(story.core.find(GREATER)?.topics.load).toEqual(loadOf(1))
  })

  test('is kept of members alone', () => {
    const story = new CoreStory({ records: [SELF, GREAT].map((nodeId) => memberRecord(nodeId)) })
    story.link('a', GREAT)
    story.told()
    story.hear('a', { type: 'announce', announcements: [announcementOf(GREATER)] })
    expect([story.told(), story.core.find(GREATER)]).toEqual([[], undefined])
  })

  test('is asked for again and again, of one node at random', () => {
    const story = new CoreStory()
    story.link('a', GREAT)
    story.said()
    story.core.onTick(moment(0))
    expect(story.said()).toContain('a digest')
    story.hear('a', { type: 'pong', id: 1 }, 1000)
    story.core.onTick(moment(1000))
    expect(story.said()).not.toContain('a digest')
  })

  test('stays known while the link is down', () => {
    const story = new CoreStory()
    story.link('a', GREAT)
    story.hear('a', { type: 'announce', announcements: [announcementOf(GREAT)] })
    story.core.onLinkDown('a', 'closed', moment(1))
    expect(story.core.find(GREAT)).toMatchObject({ link: 'down', topics: { load: loadOf(1) } })
  })
})

describe('dialling', () => {
  test('goes to members without a link whose address is known', () => {
    const story = new CoreStory()
    story.core.onAddresses(GREAT, [ADDRESS], 'remembered', moment(0))
    story.core.onAddresses(SELF, [ADDRESS], 'remembered', moment(0))
    story.core.onTick(moment(0))
    story.core.onTick(moment(200))
    expect(story.told()).toEqual(['dial great at 10.0.0.7'])
    story.core.onDialFailed(GREAT, 'refused', moment(210))
    expect([story.told(), story.core.find(GREAT)?.trouble]).toEqual([['great refused'], 'refused'])
    story.core.onTick(moment(600))
    expect(story.told()).toEqual(['dial great at 10.0.0.7'])
  })

  test('goes where a node says it is, whoever passes that on', () => {
    const story = new CoreStory()
    story.link('a', SMALL)
    const identity = {
      name: 'called',
      platform: { os: 'linux', arch: 'x64', accelerator: 'cpu' },
      version: '1',
      protocolVersion: 1,
      startedAt: 1,
      addresses: [ADDRESS],
      certificate: '',
    }
    story.hear('a', {
      type: 'announce',
      announcements: [announcementOf(GREAT, { topic: 'identity', value: identity })],
    })
    story.told()
    story.core.onTick(moment(0))
    expect(story.told()).toEqual(['dial great at 10.0.0.7'])
    expect(story.core.knownAddresses).toEqual([{ ...ADDRESS, nodeId: GREAT }])
    expect(story.core.find(GREAT)?.name).toBe('called')
  })
})

test('a node that stops says goodbye, and does nothing afterwards', () => {
  const story = new CoreStory()
  story.link('a', GREAT)
  story.said()
  story.core.stop(moment(1))
  expect(story.said()).toEqual(['a bye stopping'])
  story.told()
  story.core.onAddresses(GREAT, [ADDRESS], 'seen', moment(1))
  story.core.onTick(moment(9000))
  story.core.sayPrefixes('m', ['x'], moment(9000))
  expect([story.said(), story.told()]).toEqual([[], []])
})

function hello() {
  return { type: 'hello', protocolVersion: 1, epoch: 1, instance: 'x', clock: WALL_CLOCK_START } as const
}
