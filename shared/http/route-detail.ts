import type { RouteFacts } from '@shared/contracts/route-manifest.ts'

/** OpenAPI documentation of a route, with what the router must know about it in `x-skein`. */
export interface RouteDetail {
  readonly tags: string[]
  readonly summary: string
  readonly description: string
  readonly 'x-skein': RouteFacts
}

/**
 * Goes into the `detail` of an Elysia route: the one place where a route is declared to the router and documented.
 * `routeManifestOf` reads it back; a route without it fails at start.
 */
export const routeDetail = (
  facts: RouteFacts,
  documentation: { readonly tag: string; readonly summary: string; readonly description?: string },
): RouteDetail => ({
  tags: [documentation.tag],
  summary: documentation.summary,
  description: documentation.description ?? '',
  'x-skein': facts,
})
