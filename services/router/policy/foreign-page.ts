import type { TrustedHosts } from './trusted-host.ts'

/** What stands for a page whose browser does not say which one it is. */
const UNNAMED = 'another web site'

/**
 * The page of another site that sends a request; undefined for programs, apps, and pages of this node.
 *
 * 1. `Origin` says it, for everything that can change something, and for every WebSocket.
 * 2. Without one (a picture, a script), `Sec-Fetch-Site` does. Somebody who follows a link from there is no page.
 */
export const foreignPageOf = (
  headers: { get(name: string): string | null },
  hosts: Pick<TrustedHosts, 'isTrustedOrigin'>,
): string | undefined => {
  const origin = headers.get('origin')
  if (origin !== null) return hosts.isTrustedOrigin(origin) ? undefined : origin
  const isForeign = headers.get('sec-fetch-site') === 'cross-site'
  return isForeign && headers.get('sec-fetch-mode') !== 'navigate' ? UNNAMED : undefined
}
