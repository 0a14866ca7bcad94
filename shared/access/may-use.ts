import type { AccessKey, KeyScope } from './access-key.ts'

/** What a request wants to do with a key. */
export interface KeyUse {
  /** What the route asks for; `public` needs no key. */
  readonly scope: KeyScope | 'public'
  /** Template of the route. */
  readonly route: string
  /** The model that would answer; undefined: the route has none, or it is not known yet. */
  readonly model: string | undefined
  /** Of the page that sends it; undefined: no page. */
  readonly origin: string | undefined
  /** Unix milliseconds. */
  readonly now: number
}

export type KeyVerdict = 'allowed' | 'revoked' | 'expired' | 'scope' | 'origin' | 'route' | 'model'

/**
 * 1. A key that was revoked or is over is no key.
 * 2. Its scope must cover the route's; `admin` covers all.
 * 3. A page may use it only from an origin that it names.
 * 4. A key that is bound to routes or models is for these alone.
 */
export const mayUse = (key: AccessKey, use: KeyUse): KeyVerdict => {
  if (key.revokedAt !== null) return 'revoked'
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= use.now) return 'expired'
  if (!hasScope(key, use.scope)) return 'scope'
  if (use.origin !== undefined && !key.origins.includes(use.origin)) return 'origin'
  if (!isBoundTo(key.routes, use.route)) return 'route'
  return isBoundTo(key.models, use.model) ? 'allowed' : 'model'
}

/** No names: bound to nothing. */
const isBoundTo = (names: readonly string[], asked: string | undefined): boolean =>
  asked === undefined || names.length === 0 || names.includes(asked)

const hasScope = ({ scopes }: AccessKey, scope: KeyUse['scope']): boolean =>
  scope === 'public' || scopes.includes(scope) || scopes.includes('admin')
