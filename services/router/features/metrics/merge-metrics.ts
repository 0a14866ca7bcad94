import { MetricFamilies } from './metric-families.ts'

/** Metrics of one service in the text format of Prometheus. */
export interface ServiceMetrics {
  readonly service: string
  readonly text: string
}

/**
 * One document for Prometheus out of those of all services of a node: each sample gets a label `service` unless it has
 * one, and each metric is described once, although all processes have the same ones.
 */
export const mergeMetrics = (documents: readonly ServiceMetrics[]): string => {
  const families = new MetricFamilies('service', 'keep')
  for (const { service, text } of documents) families.add(service, text)
  return families.toString()
}
