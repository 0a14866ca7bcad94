import type { RouteEntry, ServiceManifest } from '@shared/contracts/route-manifest.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { Memoirist } from 'memoirist'

export interface RouteMatch {
  readonly service: ServiceName
  readonly entry: RouteEntry
  /** How many requests a model of this service works on at the same time. */
  readonly slotsPerModel: number
}

export interface RouteTable {
  /** @param method upper case; `WS` for a WebSocket */
  find(method: string, path: string): RouteMatch | undefined
  /** The methods that a path answers; empty when there is no such path. */
  methodsOf(path: string): readonly string[]
  /** Every route, in the order of the manifests. */
  readonly entries: readonly RouteEntry[]
  /** Routes that a service claims although an earlier one has them, as `service METHOD /path`. */
  readonly conflicts: readonly string[]
}

/** Compiles the routes of all manifests; where two services claim the same route the earlier one has it. */
export const createRouteTable = (manifests: readonly ServiceManifest[]): RouteTable => {
  const tree = new Memoirist<RouteMatch>()
  const taken = new Set<string>()
  const methods = new Set<string>()
  const conflicts: string[] = []
  const entries: RouteEntry[] = []
  for (const { service, slotsPerModel, routes } of manifests) {
    for (const entry of routes) {
      const shape = shapeOf(entry.path)
      const key = `${entry.method} ${shape}`
      if (taken.has(key)) conflicts.push(`${service} ${entry.method} ${entry.path}`)
      else {
        taken.add(key)
        methods.add(entry.method)
        entries.push(entry)
        tree.add(entry.method, shape, { service, entry, slotsPerModel })
      }
    }
  }
  tree.build()
  const findExactly = (method: string, path: string) => tree.find(method, withoutTrailingSlash(path))?.store
  return {
    find: (method, path) =>
      findExactly(method, path) ??
      (method === 'HEAD' ? findExactly('GET', path) : undefined) ??
      (method === 'WS' ? undefined : findExactly('ALL', path)),
    methodsOf: (path) => [...methods].filter((method) => findExactly(method, path) !== undefined),
    entries,
    conflicts,
  }
}

/** Names of parameters do not matter for finding a route, and memoirist refuses two names in one place. */
const shapeOf = (path: string): string => withoutTrailingSlash(path.replace(/:[^/?]+/g, ':value'))

/** Elysia answers `/path/` like `/path`. */
const withoutTrailingSlash = (path: string): string =>
  path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
