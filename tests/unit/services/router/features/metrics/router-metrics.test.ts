import { expect, test } from 'bun:test'
import { Visit } from '@service/router/features/forwarding/visit.ts'
import { createRouterMetrics } from '@service/router/features/metrics/router-metrics.ts'
import { Registry } from 'prom-client'
import { scriptedCard } from '../../../../../support/scripted-node.ts'
import { routeEntry } from '../../../../../support/scripted-service.ts'

const createMetrics = () => {
  const registry = new Registry()
  const metrics = createRouterMetrics(registry, {
    admission: () => ({ waitingOf: (requestClass) => (requestClass === 'batch' ? 2 : 0), runningCount: 1 }),
    services: () => [
      { name: 'chat', state: 'up', restarts: 3 },
      { name: 'model-store', state: 'down', restarts: 0 },
    ],
  })
  let now = 0
  const visit = (method: string, path: string, model?: string): Visit => {
    const visited = new Visit({ visitId: 'v1', requestId: 'r1', method, path }, metrics, () => now)
    if (model !== undefined) visited.model = scriptedCard(model).id
    visited.status = 200
    return visited
  }
  return { metrics, registry, visit, pass: (ms: number) => void (now += ms) }
}

const TERMS = { caller: 'local', requestClass: 'batch', deadline: undefined } as const

const chatRoute = {
  service: 'chat',
  entry: routeEntry('POST', '/v1/chat/completions'),
  slotsPerModel: 1,
} as const

test('a request is counted by its route, its model, its times; LocalAI’s histogram among them', async () => {
  const { pass, registry, visit } = createMetrics()
  const asked = visit('POST', '/v1/chat/completions', 'llama')
  asked.route = chatRoute
  asked.queuedMs = 40
  asked.terms = TERMS
  pass(100)
  asked.onFirstByte()
  pass(7000)
  asked.end('answered')
  const text = await registry.metrics()
  for (const line of [
    'skein_http_requests_total{route="/v1/chat/completions",dialect="openai",service="chat",method="POST",status="200"} 1',
    'skein_model_requests_total{model="llama",dialect="openai",status="200"} 1',
    'skein_time_to_first_byte_seconds_sum{model="llama"} 0.1',
    'skein_queue_wait_seconds_sum{class="batch",model="llama"} 0.04',
    'api_call_bucket{le="5",method="POST",path="/v1/chat/completions"} 0',
    'api_call_bucket{le="10",method="POST",path="/v1/chat/completions"} 1',
    'api_call_bucket{le="300",method="POST",path="/v1/chat/completions"} 1',
    'skein_queue_waiting{class="interactive"} 0',
    'skein_queue_waiting{class="batch"} 2',
    'skein_queue_running 1',
    'skein_service_up{of="chat"} 1',
    'skein_service_up{of="model-store"} 0',
    'skein_service_restarts_total{of="chat"} 3',
  ]) {
    expect(text).toContain(`${line}\n`)
  }
  // Reading does not count again.
  expect(await registry.metrics()).toContain('skein_service_restarts_total{of="chat"} 3\n')
})

test('who looks at the figures is not in the histogram of requests', async () => {
  const { registry, visit } = createMetrics()
  const looking = visit('GET', '/metrics')
  looking.route = { service: 'router', entry: routeEntry('GET', '/metrics'), slotsPerModel: 1 }
  looking.end('answered')
  const text = await registry.metrics()
  expect(text).not.toContain('path="/metrics"')
  expect(text).toContain('skein_http_requests_total{route="/metrics"')
})

test('ten thousand models, paths and methods make no more series than there is room for', async () => {
  const { metrics, registry, visit } = createMetrics()
  for (let index = 0; index < 10_000; index += 1) {
    visit(`M${index}`, `/nothing/${index}`).end('answered')
    const asked = visit('POST', '/v1/chat/completions', `model-${index}`)
    asked.route = chatRoute
    asked.queuedMs = 1
    asked.terms = TERMS
    asked.onFirstByte()
    asked.end('answered')
    metrics.onRefused('queue-full', 'batch')
  }
  const text = await registry.metrics()
  const valuesOf = (label: string): Set<string> =>
    new Set([...text.matchAll(new RegExp(`${label}="([^"]*)"`, 'g'))].map(([, value]) => value ?? ''))
  expect(valuesOf('model').size).toBe(201)
  expect([...valuesOf('path')].toSorted()).toEqual(['/v1/chat/completions', 'unknown'])
  expect([...valuesOf('method')].toSorted()).toEqual(['POST', 'other'])
  const perModel = 1 + 2 * (16 + 2)
  expect(text.split('\n').length).toBeLessThan(201 * perModel + 200)
})
