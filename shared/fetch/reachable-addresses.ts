import type { Fault } from '@shared/fault/fault.ts'
import type { FetchPolicy } from './fetch-policy.ts'
import type { ForeignUrl } from './foreign-url.ts'
import { mayReach, mayResolve, mayUsePort } from './may-reach.ts'
import type { NameResolver } from './name-resolver.ts'
import { urlRefusal } from './url-refusal.ts'
import type { UrlSource } from './url-refusal.ts'

/** More would only make an unreachable host slower to fail. */
const MOST_TRIED = 4

export interface Reaching {
  readonly policy: FetchPolicy
  readonly resolver: NameResolver
  readonly source: UrlSource
}

/**
 * Resolves the host once and judges every address: one that may not be reached refuses the host, whatever the others are.
 * @throws Fault `forbidden`, `invalid_request` for a port that is never used, `unavailable` for a name without addresses
 */
export const reachableAddresses = async (
  { host, port }: ForeignUrl,
  { policy, resolver, source }: Reaching,
): Promise<readonly string[]> => {
  if (!mayUsePort(policy, port))
    throw urlRefusal(
      source,
      'invalid_request',
      'names a port that is not used: take 80, 443 or a usual one from 1024 on.',
    )
  if (!mayResolve(policy, host)) throw closed(source)
  const addresses = host.type === 'address' ? [host.address] : await resolve(resolver, host.name, source)
  if (!addresses.every((address) => mayReach(policy, host, address))) throw closed(source)
  return [...new Set(addresses)].slice(0, MOST_TRIED)
}

const closed = (source: UrlSource): Fault =>
  urlRefusal(
    source,
    'forbidden',
    'leads to a place that this node does not fetch from; its operator can allow it.',
  )

const resolve = async (
  resolver: NameResolver,
  name: string,
  source: UrlSource,
): Promise<readonly string[]> => {
  const addresses = await resolver.resolve(name).catch(() => [])
  if (addresses.length > 0) return addresses
  throw urlRefusal(source, 'unavailable', 'names a host that has no address.')
}
