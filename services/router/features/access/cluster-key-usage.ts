import { sumTokens } from '../../policy/token-count.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import type { KeyRecord, KeyUsage } from './key-usage.ts'

/**
 * The use of keys on all nodes: each counts its own and tells the others, also what it has told them before it went down.
 * A budget is the sum, so that it holds wherever the key is used.
 */
export const createClusterKeyUsage = (own: KeyUsage, view: Pick<ClusterView, 'nodes'>): KeyUsage => ({
  of(keyId): KeyRecord {
    const here = own.of(keyId)
    const elsewhere = view.nodes.flatMap(({ isSelf, topics }) =>
      isSelf ? [] : (topics.spending ?? []).filter((spent) => spent.keyId === keyId),
    )
    return elsewhere.length === 0 ? here : { ...here, tokens: sumTokens([here.tokens, ...elsewhere]) }
  },
  onRequest: (keyId, at) => own.onRequest(keyId, at),
  onTokens: (keyId, tokens, at) => own.onTokens(keyId, tokens, at),
})
