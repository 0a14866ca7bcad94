import { expect, test } from 'bun:test'
import { guardedEvents } from '@service/router/adapters/links/guarded-events.ts'
import type { PeerLink } from '@service/router/features/cluster/peer-network.ts'
import { createLog } from '@shared/log/create-log.ts'

test('events are passed on, and what a listener throws ends nothing', () => {
  const told: unknown[][] = []
  const fail = (...words: unknown[]): void => {
    told.push(words)
    throw new Error('of the listener')
  }
  const events = guardedEvents(
    { onLink: fail, onLinkDown: fail, onMessage: fail, onRefused: fail, onSighting: fail },
    createLog('test', 'silent'),
  )
  // Only passed on.
  const link = { linkId: 'a' } as PeerLink
  const message = Uint8Array.of(1)
  events.onLink(link)
  events.onMessage(link, message)
  events.onLinkDown(link, 'closed')
  events.onRefused({ host: '10.0.0.1', nodeId: undefined, trouble: 'closed' })
  expect(told).toEqual([
    [link],
    [link, message],
    [link, 'closed'],
    [{ host: '10.0.0.1', nodeId: undefined, trouble: 'closed' }],
  ])
})
