/** What it costs a node to put the figures of 16 nodes onto one page. */
import { mergeNodeMetrics } from '@service/router/features/metrics/cluster-metrics.ts'
import type { NodeDocument } from '@service/router/features/metrics/cluster-metrics.ts'
import { median } from './median.ts'

const NODES = 16
const ROUNDS = 15
const LIMIT_MS = 50
const SERVICES = ['router', 'chat', 'model-store']
const PLAIN_FIGURES = 40
const MODELS = 20
const ROUTES = 60
const BUCKETS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '30', '+Inf']

export const benchClusterMetrics = (): Promise<void> => {
  const documents = Array.from({ length: NODES }, (_, at) => documentOf(`node-${at + 1}`))
  const bytes = documents.reduce((sum, { text = '' }) => sum + text.length, 0)
  mergeNodeMetrics(documents)
  const times = Array.from({ length: ROUNDS }, () => {
    // As they come from the network: nothing is known of them yet.
    const fresh = documents.map(({ node, text }) => ({ node, text: Buffer.from(text ?? '').toString() }))
    const began = performance.now()
    mergeNodeMetrics(fresh)
    return performance.now() - began
  })
  const lines = documents.reduce((sum, { text = '' }) => sum + text.split('\n').length, 0)
  const middle = median(times)
  console.log(`\nThe figures of ${NODES} nodes on one page (median of ${ROUNDS} rounds)`)
  console.log(
    `  ${lines} lines, ${(bytes / 1e6).toFixed(1)} MB`.padEnd(26),
    `${middle.toFixed(1)} ms, at worst ${Math.max(...times).toFixed(1)} ms: ${middle <= LIMIT_MS ? 'within' : 'NOT WITHIN'} ${LIMIT_MS} ms`,
  )
  return Promise.resolve()
}

/** A node that has answered with twenty models by sixty routes. */
const documentOf = (node: string): NodeDocument => {
  const lines: string[] = []
  for (let figure = 0; figure < PLAIN_FIGURES; figure += 1) {
    lines.push(
      `# HELP process_figure_${figure} A figure of each process.`,
      `# TYPE process_figure_${figure} gauge`,
    )
    for (const service of SERVICES)
      lines.push(`process_figure_${figure}{service="${service}"} ${figure * 1.5}`)
  }
  for (const name of [
    'skein_time_to_first_token_seconds',
    'skein_queue_wait_seconds',
    'skein_engine_work_seconds',
  ])
    addHistogram(lines, name, (model) => `service="chat",model="${model}"`)
  lines.push('# HELP skein_http_requests_total Requests.', '# TYPE skein_http_requests_total counter')
  for (let route = 0; route < ROUTES; route += 1)
    lines.push(
      `skein_http_requests_total{route="/v1/route/${route}",dialect="openai",service="chat",method="POST",status="200"} ${route}`,
    )
  lines.push(
    '# HELP skein_placement_decisions_total Choices.',
    '# TYPE skein_placement_decisions_total counter',
  )
  for (let to = 1; to <= NODES; to += 1)
    lines.push(
      `skein_placement_decisions_total{service="router",policy="best",node="node-${to}",reason="warm"} ${to}`,
    )
  return { node, text: `${lines.join('\n')}\n` }
}

const addHistogram = (lines: string[], name: string, labelsOf: (model: string) => string): void => {
  lines.push(`# HELP ${name} Seconds.`, `# TYPE ${name} histogram`)
  for (let model = 0; model < MODELS; model += 1) {
    const labels = labelsOf(`qwen3-${model}b-instruct-q4_k_m`)
    for (const bucket of BUCKETS) lines.push(`${name}_bucket{${labels},le="${bucket}"} ${model * 7}`)
    lines.push(`${name}_sum{${labels}} ${model * 1.25}`, `${name}_count{${labels}} ${model * 7}`)
  }
}
