/** Control-plane paths that every service serves on its own socket. The router never forwards them from outside. */
export const INTERNAL_PREFIX = '/_skein/'

export const INTERNAL_ROUTES = {
  /** 200 `ServiceHealth`, from the moment the service can answer. */
  health: '/_skein/health',
  /** `ServiceManifest` */
  manifest: '/_skein/manifest',
  /** OpenAPI document of the service's public routes. */
  openapi: '/_skein/openapi.json',
  /** Prometheus text. */
  metrics: '/_skein/metrics',
} as const

export interface ServiceHealth {
  readonly service: string
  readonly status: 'ok'
  readonly version: string
  readonly processId: number
  readonly uptimeSeconds: number
}
