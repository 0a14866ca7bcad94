import { expect, test } from 'bun:test'
import { collectProcessMetrics } from '@shared/http/process-metrics.ts'
import { Counter, Registry } from 'prom-client'

test('a process tells its memory, its time and its event loop, and nothing that means nothing here', async () => {
  const registry = new Registry()
  const own = new Counter({ name: 'skein_something_total', help: 'Ours.', registers: [registry] })
  own.inc()
  collectProcessMetrics(registry)
  const names = registry.getMetricsAsArray().map(({ name }) => name)
  expect(names).toContain('skein_something_total')
  expect(
    names.filter((name) => /gc_duration|heap_space|active_|version_info|virtual|heap_bytes/.test(name)),
  ).toEqual([])
  const text = await registry.metrics()
  const valueOf = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  for (const name of [
    'process_resident_memory_bytes',
    'process_start_time_seconds',
    'nodejs_heap_size_used_bytes',
  ])
    expect(valueOf(name)).toBeGreaterThan(1000)
  expect(valueOf('nodejs_eventloop_lag_max_seconds')).toBeGreaterThanOrEqual(0)
  expect(valueOf('process_cpu_seconds_total')).toBeGreaterThan(0)
})
