import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'
import type { ServiceHealth } from '@shared/contracts/internal-routes.ts'
import type { RouteEntry, ServiceManifest } from '@shared/contracts/route-manifest.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { encodeFault } from '@shared/fault/fault-wire.ts'
import { Elysia } from 'elysia'
import type { Registry } from 'prom-client'
import { faultsAs } from './faults-as.ts'

export interface ControlPlanePorts {
  readonly service: ServiceName
  readonly instance: string
  readonly slotsPerModel: number
  readonly metrics: Registry
  /** Read lazily: the manifest is complete only when the whole app is put together. */
  readonly routes: () => readonly RouteEntry[]
  readonly openapi: () => Promise<unknown>
}

/** Failures of control-plane routes: a Fault as it is. */
export const controlPlaneFaults = faultsAs('control-plane', (fault) => ({ fault: encodeFault(fault) }))

/** Plugin: what every service tells the router and the supervisor about itself. */
export const controlPlane = (ports: ControlPlanePorts) => {
  const startedAt = performance.now()
  return new Elysia({ name: 'http/control-plane' })
    .use(controlPlaneFaults)
    .get(INTERNAL_ROUTES.health, (): ServiceHealth => ({
      service: ports.service,
      status: 'ok',
      version: SKEIN_VERSION,
      processId: process.pid,
      uptimeSeconds: Math.round((performance.now() - startedAt) / 1000),
    }))
    .get(INTERNAL_ROUTES.manifest, (): ServiceManifest => ({
      service: ports.service,
      version: SKEIN_VERSION,
      instance: ports.instance,
      slotsPerModel: ports.slotsPerModel,
      routes: ports.routes(),
    }))
    .get(INTERNAL_ROUTES.openapi, () => ports.openapi())
    .get(
      INTERNAL_ROUTES.metrics,
      async () =>
        new Response(await ports.metrics.metrics(), {
          headers: { 'content-type': ports.metrics.contentType },
        }),
    )
}
