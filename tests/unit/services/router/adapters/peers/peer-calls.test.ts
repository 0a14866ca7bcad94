import { expect, test } from 'bun:test'
import { PeerCalls } from '@service/router/adapters/peers/peer-calls.ts'
import { PeerLost } from '@service/router/features/other-nodes/peer-transport.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'

const ONE = parseNodeId(`12D3KooW${'A'.repeat(44)}`)!
const OTHER = parseNodeId(`12D3KooW${'B'.repeat(44)}`)!

const watch = () => {
  const listeners = new Map<NodeId, () => void>()
  const calls = new PeerCalls((nodeId, listener) => {
    listeners.set(nodeId, listener)
    return () => void listeners.delete(nodeId)
  })
  return { calls, listeners }
}

test('calls to a node that goes down end, others go on', () => {
  const { calls, listeners } = watch()
  const first = calls.open(ONE, undefined)
  const second = calls.open(ONE, undefined)
  const other = calls.open(OTHER, undefined)
  listeners.get(ONE)?.()
  expect(first.signal.reason).toBeInstanceOf(PeerLost)
  expect(second.signal.reason).toBeInstanceOf(PeerLost)
  expect(other.signal.aborted).toBe(false)
})

test('one listener serves all calls to a node, and goes with the last', () => {
  const { calls, listeners } = watch()
  const first = calls.open(ONE, undefined)
  const second = calls.open(ONE, undefined)
  first.close()
  expect(listeners.size).toBe(1)
  second.close()
  second.close()
  expect(listeners.size).toBe(0)
  const again = calls.open(ONE, undefined)
  second.close()
  listeners.get(ONE)?.()
  expect(again.signal.aborted).toBe(true)
})

test('a caller that leaves ends its call with its own reason, until the call is closed', () => {
  const { calls } = watch()
  const leaving = new AbortController()
  const call = calls.open(ONE, leaving.signal)
  const closed = calls.open(ONE, leaving.signal)
  closed.close()
  leaving.abort('left')
  expect(call.signal.reason).toBe('left')
  expect(closed.signal.aborted).toBe(false)
  expect(calls.open(ONE, leaving.signal).signal.reason).toBe('left')
})
