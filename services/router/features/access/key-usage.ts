import type { TokenCount } from '../../policy/token-count.ts'

/** What one key has used on this node. */
export interface KeyRecord {
  /** ISO 8601 UTC; null: never. */
  readonly lastUsedAt: string | null
  readonly tokens: TokenCount
}

/**
 * How the keys of this node are used: apart from the keys themselves, because each node counts its own. Kept across
 * restarts; what was told in the last seconds before a crash may be lost.
 */
export interface KeyUsage {
  of(keyId: string): KeyRecord
  /** A request with the key came in. @param at Unix milliseconds */
  onRequest(keyId: string, at: number): void
  /** Work for the key took so many tokens, prompt and answer. @param at Unix milliseconds */
  onTokens(keyId: string, tokens: number, at: number): void
}
