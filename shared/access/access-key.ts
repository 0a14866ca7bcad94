/** What a key may be allowed. `admin` may everything. */
export const KEY_SCOPES = ['inference', 'manage', 'metrics', 'admin'] as const
export type KeyScope = (typeof KEY_SCOPES)[number]

/** Tokens (prompt and answer) that a key may use in a while. */
export interface TokenBudget {
  readonly tokens: number
  /** `total`: until the key ends. Days and months are those of UTC. */
  readonly period: 'day' | 'month' | 'total'
}

/**
 * One key, as it is kept: never with its secret.
 *
 * Records of several nodes are merged one by one: the later `updatedAt` wins, and of two at the same time the greater
 * `updatedBy`, so that all nodes come to the same. A key that was revoked stays as a tombstone (`revokedAt`), or an older
 * copy of it would bring it back.
 */
export interface AccessKey {
  /** `key_` and 16 hex digits. */
  readonly id: string
  readonly label: string
  /** SHA-256 of the secret, lower-case hex. */
  readonly secretHash: string
  /** What of the secret may be shown: `sk-skein-ab12…9f0c`. */
  readonly masked: string
  readonly scopes: readonly KeyScope[]
  /** Web origins whose pages may use the key (`https://app.example`); empty: no page. */
  readonly origins: readonly string[]
  /** Route templates that it is for (`/v1/chat/completions`); empty: all that its scopes allow. */
  readonly routes: readonly string[]
  /** Ids of the models that it is for; empty: all. */
  readonly models: readonly string[]
  /** The model that answers whatever model the caller names (ToolPiper's binding); null: the one that is named. */
  readonly endpointId: string | null
  /** ISO 8601 UTC; null: never. */
  readonly expiresAt: string | null
  /** null: no limit. */
  readonly requestsPerMinute: number | null
  readonly tokenBudget: TokenBudget | null
  readonly createdAt: string
  /** Unix milliseconds of the last change. */
  readonly updatedAt: number
  /** Name of the node that made it. */
  readonly updatedBy: string
  /** ISO 8601 UTC; null while the key is good. */
  readonly revokedAt: string | null
}

/** The later of two records of one key; both nodes that ask get the same. */
export const laterKey = (left: AccessKey, right: AccessKey): AccessKey => {
  if (left.updatedAt !== right.updatedAt) return left.updatedAt > right.updatedAt ? left : right
  return left.updatedBy >= right.updatedBy ? left : right
}

/** The keys of two nodes, merged; the order of the arguments does not matter. */
export const mergeKeys = (left: readonly AccessKey[], right: readonly AccessKey[]): readonly AccessKey[] => {
  const keys = new Map<string, AccessKey>()
  for (const key of [...left, ...right]) {
    const known = keys.get(key.id)
    keys.set(key.id, known === undefined ? key : laterKey(known, key))
  }
  return [...keys.values()].toSorted((one, other) => one.id.localeCompare(other.id))
}
