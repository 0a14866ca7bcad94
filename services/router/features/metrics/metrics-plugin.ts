import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'
import type { Registry } from 'prom-client'
import { mergeMetrics } from './merge-metrics.ts'
import type { ServiceMetrics } from './merge-metrics.ts'

const FACTS: RouteFacts = {
  dialect: 'openai',
  capability: 'node',
  scope: 'metrics',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}

export interface MetricsPorts {
  readonly registry: Registry
  /** Metrics of the services that answer; the others are left out. */
  readonly readServiceMetrics: () => Promise<readonly ServiceMetrics[]>
}

/** Figures of all processes of the node, for Prometheus. */
export const metricsPlugin = ({ registry, readServiceMetrics }: MetricsPorts) =>
  new Elysia({ name: 'router/metrics' }).use(faultsAs('openai', openaiFaultBody)).get(
    '/metrics',
    async () => {
      const own = { service: 'router', text: await registry.metrics() }
      const merged = mergeMetrics([own, ...(await readServiceMetrics())])
      return new Response(merged, { headers: { 'content-type': registry.contentType } })
    },
    { detail: routeDetail(FACTS, { tag: 'Node', summary: 'Figures of all services, for Prometheus' }) },
  )
