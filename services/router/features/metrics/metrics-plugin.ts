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

/** Figures of all processes of this node, in the text format of Prometheus. */
export const readNodeMetrics = async ({ readServiceMetrics, registry }: MetricsPorts): Promise<string> => {
  const own = { service: 'router', text: await registry.metrics() }
  return mergeMetrics([own, ...(await readServiceMetrics())])
}

/** Figures of all processes of the node, for Prometheus. */
export const metricsPlugin = (ports: MetricsPorts) =>
  new Elysia({ name: 'router/metrics' }).use(faultsAs('openai', openaiFaultBody)).get(
    '/metrics',
    async () => {
      const { contentType } = ports.registry
      return new Response(await readNodeMetrics(ports), { headers: { 'content-type': contentType } })
    },
    { detail: routeDetail(FACTS, { tag: 'Node', summary: 'Figures of all services, for Prometheus' }) },
  )
