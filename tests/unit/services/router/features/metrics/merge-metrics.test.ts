import { expect, test } from 'bun:test'
import { mergeMetrics } from '@service/router/features/metrics/merge-metrics.ts'

const router = `# HELP process_cpu_seconds_total CPU.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 1.5

# HELP skein_http_requests_total Requests.
# TYPE skein_http_requests_total counter
skein_http_requests_total{route="/a",service="chat",status="200"} 3
`
const chat = `# HELP process_cpu_seconds_total CPU.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 2.5
# HELP wait_seconds Wait.
# TYPE wait_seconds histogram
wait_seconds_bucket{le="0.1",model="a } \\"b"} 1
wait_seconds_bucket{le="+Inf",model="x"} 2
wait_seconds_sum{model="x"} 0.3
wait_seconds_count{model="x"} 2 1700000000000
`

test('every sample says which service it is from, and each metric is described once', () => {
  expect(
    mergeMetrics([
      { service: 'router', text: router },
      { service: 'chat', text: chat },
    ]),
  ).toBe(`# HELP process_cpu_seconds_total CPU.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total{service="router"} 1.5
process_cpu_seconds_total{service="chat"} 2.5
# HELP skein_http_requests_total Requests.
# TYPE skein_http_requests_total counter
skein_http_requests_total{route="/a",service="chat",status="200"} 3
# HELP wait_seconds Wait.
# TYPE wait_seconds histogram
wait_seconds_bucket{service="chat",le="0.1",model="a } \\"b"} 1
wait_seconds_bucket{service="chat",le="+Inf",model="x"} 2
wait_seconds_sum{service="chat",model="x"} 0.3
wait_seconds_count{service="chat",model="x"} 2 1700000000000
`)
})

test('what is no sample is left out', () => {
  expect(mergeMetrics([{ service: 'chat', text: '<html>\n{} 1\nok 1\n# a comment\nbroken\n' }])).toBe(
    'ok{service="chat"} 1\n',
  )
})
