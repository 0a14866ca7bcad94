import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Registry } from 'prom-client'
import { registerClusterGauges } from './cluster-gauges.ts'
import { readClusterMetrics } from './cluster-metrics.ts'
import type { ClusterMetricsPorts } from './cluster-metrics.ts'
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

const SCOPES = `\`?scope=cluster\`: those of all nodes of the cluster that answer within a second, each with a label \`node\`; \`skein_node_up\` says which. \`scope=node\`, or none: of this node.`

const Scope = Type.Object({
  scope: Type.Optional(Type.Union([Type.Literal('node'), Type.Literal('cluster')])),
})

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

/**
 * Figures of all processes of the node, or of all nodes, for Prometheus.
 * @param cluster undefined: this node is in none, and will be in none
 */
export const metricsPlugin = (
  ports: MetricsPorts,
  cluster?: Omit<ClusterMetricsPorts, 'readOwn'> | undefined,
) => {
  const readOwn = (): Promise<string> => readNodeMetrics(ports)
  if (cluster !== undefined) registerClusterGauges(ports.registry, cluster.view)
  return new Elysia({ name: 'router/metrics' }).use(faultsAs('openai', openaiFaultBody)).get(
    '/metrics',
    async ({ query }) => {
      const isAboutAll = query.scope === 'cluster' && cluster !== undefined
      const text = await (isAboutAll ? readClusterMetrics({ ...cluster, readOwn }) : readOwn())
      return new Response(text, { headers: { 'content-type': ports.registry.contentType } })
    },
    {
      query: Scope,
      detail: routeDetail(FACTS, {
        tag: 'Node',
        summary: 'Figures of all services, for Prometheus',
        description: SCOPES,
      }),
    },
  )
}
