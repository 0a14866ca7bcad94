import { expect, test } from 'bun:test'
import { PeerConnections } from '@service/router/adapters/peers/peer-connections.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'

const NODE = parseNodeId(`12D3KooW${'A'.repeat(44)}`)!
const OTHER = parseNodeId(`12D3KooW${'B'.repeat(44)}`)!

test('what is trusted is the same text until the link is lost, another one after each loss', () => {
  const listeners: (() => void)[] = []
  const connections = new PeerConnections((nodeId, listener) => {
    if (nodeId === NODE) listeners.push(listener)
    return () => undefined
  })
  const texts: string[] = []
  for (let loss = 0; loss < 3; loss += 1) {
    const text = connections.trustFor(NODE, 'PEM')
    expect(connections.trustFor(NODE, 'PEM')).toBe(text)
    expect(text).toEndWith('PEM')
    texts.push(text)
    for (const listener of listeners) listener()
  }
  expect(new Set(texts).size).toBe(3)
  expect(listeners.length).toBe(1)
  expect(connections.trustFor(OTHER, 'PEM')).toBe('PEM')
})
