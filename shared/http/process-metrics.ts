import { collectDefaultMetrics, Registry } from 'prom-client'

/**
 * Those of prom-client's figures of a process that mean something on Bun. The others are 0, made up for Node.js
 * (`nodejs_version_info`), or count addresses and not memory (`process_virtual_memory_bytes`, `process_heap_bytes`).
 */
const MEANINGFUL = [
  'process_cpu_user_seconds_total',
  'process_cpu_system_seconds_total',
  'process_cpu_seconds_total',
  'process_start_time_seconds',
  'process_resident_memory_bytes',
  'process_open_fds',
  'process_max_fds',
  'nodejs_heap_size_used_bytes',
  'nodejs_external_memory_bytes',
  'nodejs_eventloop_lag_max_seconds',
  'nodejs_eventloop_lag_mean_seconds',
  'nodejs_eventloop_lag_p50_seconds',
  'nodejs_eventloop_lag_p90_seconds',
  'nodejs_eventloop_lag_p99_seconds',
] as const

/**
 * In prom-client one figure of a group measures for all of them. Where that one is left out, the first of the others asks
 * it; only the first, because the event loop's figures begin anew each time.
 */
const MEASURED_BY = {
  nodejs_heap_size_used_bytes: 'nodejs_heap_size_total_bytes',
  nodejs_eventloop_lag_max_seconds: 'nodejs_eventloop_lag_seconds',
} as const satisfies Partial<Record<(typeof MEANINGFUL)[number], string>>

/** Figures of this process: time, memory, files, and how long its event loop was held up since they were last read. */
export const collectProcessMetrics = (registry: Registry): void => {
  const all = new Registry()
  collectDefaultMetrics({ register: all })
  for (const [name, measuredBy] of Object.entries(MEASURED_BY)) {
    const measuring = all.getSingleMetric(measuredBy)
    const metric = all.getSingleMetric(name)
    if (metric !== undefined) Object.assign(metric, { collect: () => measuring?.get() })
  }
  for (const name of MEANINGFUL) {
    const metric = all.getSingleMetric(name)
    // macOS and Windows do not tell all of them.
    if (metric !== undefined) registry.registerMetric(metric)
  }
}
