import { Fault } from '@shared/fault/fault.ts'
import type { WireReply } from './connector.ts'
import { parseRedirect } from './foreign-url.ts'
import type { ForeignUrl } from './foreign-url.ts'
import { headersForOtherOrigin, headersWithoutBody } from './request-headers.ts'
import type { HeaderMap } from './request-headers.ts'
import { urlRefusal } from './url-refusal.ts'

/** One request of a fetch: the first, or one that a redirect asked for. */
export interface Hop {
  readonly url: ForeignUrl
  readonly method: string
  readonly headers: HeaderMap
  readonly body: Uint8Array | undefined
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * The request that a reply asks for, by the rules of the Fetch standard; undefined when it asks for none.
 * Its URL was parsed but not yet judged: it has to pass everything that the first one passed.
 * @throws Fault when it leaves https, or names two places
 */
export const nextHop = (hop: Hop, { headers, status }: WireReply, param: string): Hop | undefined => {
  if (!REDIRECTS.has(status)) return undefined
  const [location, ...more] = headers.filter(([name]) => name === 'location').map(([, value]) => value)
  if (location === undefined) return undefined
  if (more.length > 0)
    throw new Fault('unavailable', `The server of the URL in '${param}' redirects to two places at once.`, {
      param,
    })
  const url = parseRedirect(location, hop.url, param)
  if (hop.url.isSecure && !url.isSecure)
    throw urlRefusal({ param, isRedirect: true }, 'forbidden', 'leaves https for http.')
  const kept = url.origin === hop.url.origin ? hop.headers : headersForOtherOrigin(hop.headers)
  return becomesGet(hop.method, status)
    ? { url, method: 'GET', headers: headersWithoutBody(kept), body: undefined }
    : { ...hop, url, headers: kept }
}

const becomesGet = (method: string, status: number): boolean =>
  status === 303 ? method !== 'HEAD' && method !== 'GET' : status <= 302 && method === 'POST'
