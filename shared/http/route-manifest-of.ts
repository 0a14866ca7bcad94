import { INTERNAL_PREFIX } from '@shared/contracts/internal-routes.ts'
import type { RouteEntry, RouteFacts } from '@shared/contracts/route-manifest.ts'

/** The part of an Elysia app that is read here. */
interface AppWithRoutes {
  readonly routes: readonly { readonly method: string; readonly path: string; readonly hooks: unknown }[]
}

/**
 * The manifest of an Elysia app: every public route with the facts of its `routeDetail`.
 * @throws Error naming each route that was declared without `routeDetail`
 */
export const routeManifestOf = (app: AppWithRoutes): readonly RouteEntry[] => {
  const entries: RouteEntry[] = []
  const undeclared: string[] = []
  for (const route of app.routes) {
    if (route.path.startsWith(INTERNAL_PREFIX)) continue
    const facts = factsOf(route.hooks)
    if (facts === undefined) undeclared.push(`${route.method} ${route.path}`)
    else entries.push({ method: route.method, path: route.path, ...facts })
  }
  if (undeclared.length > 0) throw new Error(`Routes without routeDetail(): ${undeclared.join(', ')}`)
  return entries
}

const factsOf = (hooks: unknown): RouteFacts | undefined => {
  if (typeof hooks !== 'object' || hooks === null || !('detail' in hooks)) return undefined
  const detail = hooks.detail
  if (typeof detail !== 'object' || detail === null || !('x-skein' in detail)) return undefined
  // Only routeDetail() writes this key, and it is typed there.
  return detail['x-skein'] as RouteFacts
}
