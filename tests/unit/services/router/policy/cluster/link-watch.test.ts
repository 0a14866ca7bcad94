import { describe, expect, test } from 'bun:test'
import { openLink } from '@service/router/policy/cluster/cluster-link.ts'
import type { ClusterLink } from '@service/router/policy/cluster/cluster-link.ts'
import { DEFAULT_CLUSTER_RULES } from '@service/router/policy/cluster/cluster-rules.ts'
import { TickWatch, judgeLink } from '@service/router/policy/cluster/link-watch.ts'
import { GREAT, moment } from '../../../../../support/cluster-simulation/core-story.ts'

const linkWith = (change: Partial<ClusterLink>): ClusterLink => ({
  ...openLink({ linkId: 'a', nodeId: GREAT, isOutbound: true, host: '10.0.0.9' }, moment(0)),
  hello: { type: 'hello', protocolVersion: 1, epoch: 1, instance: 'x', clock: 0 },
  ping: { id: 1, sentAtMs: 0 },
  ...change,
})

const judge = (link: ClusterLink, nowMs: number, isProber = true): string =>
  judgeLink(link, DEFAULT_CLUSTER_RULES, { isProber, nowMs })

describe('a link', () => {
  test('is left alone while something goes both ways', () => {
    expect(judge(linkWith({ heardAtMs: 900, sentAtMs: 900 }), 1000)).toBe('rest')
  })

  test('is probed by one end when nothing came, and also when nothing went: the other end listens too', () => {
    expect(judge(linkWith({ heardAtMs: 200, sentAtMs: 1000 }), 1000)).toBe('ping')
    expect(judge(linkWith({ heardAtMs: 1000, sentAtMs: 200 }), 1000)).toBe('ping')
    expect(judge(linkWith({ heardAtMs: 200, sentAtMs: 200 }), 1000, false)).toBe('rest')
  })

  test('is not probed with every tick', () => {
    const ping = { id: 2, sentAtMs: 900 }
    expect(judge(linkWith({ heardAtMs: 0, sentAtMs: 900, ping }), 1000)).toBe('rest')
    expect(judge(linkWith({ heardAtMs: 0, sentAtMs: 900, ping }), 1300)).toBe('ping')
  })

  test('is measured by both ends from time to time', () => {
    expect(judge(linkWith({ heardAtMs: 5000, sentAtMs: 5000 }), 5000, false)).toBe('ping')
    expect(judge(linkWith({ ping: undefined }), 0, false)).toBe('ping')
  })

  test('is silent after 2.3 s without a sign of life, greeted or not', () => {
    expect(judge(linkWith({ heardAtMs: 0, sentAtMs: 2299 }), 2299)).not.toBe('silent')
    expect(judge(linkWith({ heardAtMs: 0, sentAtMs: 2299 }), 2300)).toBe('silent')
    expect(judge(linkWith({ hello: undefined, ping: undefined }), 2000)).toBe('rest')
    expect(judge(linkWith({ hello: undefined, ping: undefined }), 2300)).toBe('silent')
  })
})

test('a tick that comes too late says by how much', () => {
  const ticks = new TickWatch(250)
  expect([0, 200, 450, 1450, 1550].map((nowMs) => ticks.lateMs(nowMs))).toEqual([0, 0, 0, 750, 0])
})
