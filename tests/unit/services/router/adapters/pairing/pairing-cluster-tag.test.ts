import { expect, test } from 'bun:test'
import { clusterTagOf } from '@service/router/adapters/pairing/pairing-cluster-tag.ts'

test('the tag of a cluster is the same for all who know its secret, and another one for another secret', () => {
  expect(clusterTagOf('A'.repeat(43))).toMatch(/^[0-9a-f]{8}$/)
  expect(clusterTagOf('A'.repeat(43))).toBe(clusterTagOf('A'.repeat(43)))
  expect(clusterTagOf('A'.repeat(43))).not.toBe(clusterTagOf(`B${'A'.repeat(42)}`))
})
