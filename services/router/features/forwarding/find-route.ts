import { INTERNAL_PREFIX } from '@shared/contracts/internal-routes.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { RouteMatch, RouteTable } from '../routing/route-table.ts'

/** Where the routes come from. */
export interface RouteSource {
  readonly table: RouteTable
  /** Services whose routes are not known yet. */
  readonly unknownServices: readonly string[]
}

const STARTING_RETRY_SECONDS = 2

/**
 * 1. The control plane is not there for anybody outside.
 * 2. A route of a manifest; a handshake may also be for a route that then says why not.
 * 3. The path has other methods → 405.
 * 4. A service has never told its routes: it may be one of those → 503.
 * 5. Else there is no such route → 404.
 */
export const findRoute = (
  { table, unknownServices }: RouteSource,
  request: Request,
  path: string,
): RouteMatch => {
  const method = isHandshake(request) ? 'WS' : request.method
  const isInternal = `${path}/`.startsWith(INTERNAL_PREFIX)
  const route = isInternal ? undefined : (table.find(method, path) ?? findPlain(table, method, path))
  if (route !== undefined) return route
  const methods = isInternal ? [] : table.methodsOf(path)
  if (methods.length > 0) {
    throw new Fault('method_not_allowed', `${path} answers ${methods.join(', ')}, not ${method}.`, {
      details: { allow: methods.join(', ') },
    })
  }
  if (!isInternal && unknownServices.length > 0) {
    throw new Fault('unavailable', `This node is starting: it waits for ${unknownServices.join(' and ')}.`, {
      retryAfterSeconds: STARTING_RETRY_SECONDS,
    })
  }
  throw new Fault(
    'not_found',
    `Unknown request URL: ${method} ${path.slice(0, 200)}. GET /v1/openapi.json lists what there is.`,
  )
}

const findPlain = (table: RouteTable, method: string, path: string): RouteMatch | undefined =>
  method === 'WS' ? table.find('GET', path) : undefined

export const isHandshake = ({ method, headers }: Request): boolean =>
  method === 'GET' && headers.get('upgrade')?.toLowerCase() === 'websocket'
