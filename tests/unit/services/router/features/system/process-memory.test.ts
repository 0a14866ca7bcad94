import { expect, test } from 'bun:test'
import { residentBytesIn } from '@service/router/features/system/process-memory.ts'
import { collectProcessMetrics } from '@shared/http/process-metrics.ts'
import { Registry } from 'prom-client'

test('it reads what our own processes write', async () => {
  const registry = new Registry()
  collectProcessMetrics(registry)
  expect(residentBytesIn(await registry.metrics())).toBeGreaterThan(10_000_000)
})

test('labels and exponents are read too', () => {
  expect(residentBytesIn('# TYPE x gauge\nprocess_resident_memory_bytes{a="}"} 5\n')).toBeNull()
  expect(residentBytesIn('process_resident_memory_bytes{service="chat"} 1.5e+9\n')).toBe(1_500_000_000)
})

test.each(['', 'process_resident_memory_bytes NaN', 'process_resident_memory_bytes 0', 'x 1'])(
  'what does not tell is unknown, never zero: %p',
  (metrics) => expect(residentBytesIn(metrics)).toBeNull(),
)
