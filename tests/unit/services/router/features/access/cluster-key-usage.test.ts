import { describe, expect, test } from 'bun:test'
import { createClusterKeyUsage } from '@service/router/features/access/cluster-key-usage.ts'
import type { KeyUsage } from '@service/router/features/access/key-usage.ts'
import type { ClusterNode } from '@service/router/features/cluster/cluster-view.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeSpending } from '@service/router/policy/cluster/node-topics.ts'
import { NO_TOKENS, addTokens, tokensIn } from '@service/router/policy/token-count.ts'

const TODAY = Date.UTC(2027, 0, 31, 12)
const YESTERDAY = Date.UTC(2027, 0, 30, 12)

const usageOf = (tokens: number, at: number): KeyUsage => ({
  of: () => ({ lastUsedAt: null, tokens: addTokens(NO_TOKENS, tokens, at) }),
  onRequest: () => undefined,
  onTokens: () => undefined,
})

const node = (isSelf: boolean, spending: readonly NodeSpending[]): ClusterNode => ({
  nodeId: parseNodeId('12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust')!,
  name: 'mini',
  isSelf,
  link: isSelf ? 'self' : 'down',
  trouble: undefined,
  rttMs: undefined,
  lastSeenAt: undefined,
  clockSkewMs: undefined,
  topics: { spending },
})

const spent = (keyId: string, tokens: number, at: number): NodeSpending => ({
  keyId,
  ...addTokens(NO_TOKENS, tokens, at),
})

describe('the use of keys in a cluster', () => {
  test('is the sum of all nodes, those that are down now included', () => {
    const nodes = [node(true, [spent('key_a', 999, TODAY)]), node(false, [spent('key_a', 30, TODAY)])]
    const { tokens } = createClusterKeyUsage(usageOf(12, TODAY), { nodes }).of('key_a')
    expect(tokensIn(tokens, 'day', TODAY)).toBe(42)
    expect(tokens.total).toBe(42)
  })

  test('counts for a period only what was used in it', () => {
    const nodes = [node(false, [spent('key_a', 30, YESTERDAY)])]
    const { tokens } = createClusterKeyUsage(usageOf(12, TODAY), { nodes }).of('key_a')
    expect(tokensIn(tokens, 'day', TODAY)).toBe(12)
    expect(tokensIn(tokens, 'month', TODAY)).toBe(42)
  })

  test('is that of this node where the others used another key', () => {
    const nodes = [node(false, [spent('key_b', 30, TODAY)])]
    expect(createClusterKeyUsage(usageOf(12, TODAY), { nodes }).of('key_a').tokens.total).toBe(12)
  })
})
