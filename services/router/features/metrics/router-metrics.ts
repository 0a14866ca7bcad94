import { Counter, Gauge, Histogram, collectDefaultMetrics } from 'prom-client'
import type { Registry } from 'prom-client'
import type { AdmissionRefusal } from '../../policy/admission-queue.ts'
import type { Admission } from '../admission/admission.ts'
import { dialectOfPath } from '../forwarding/dialect-faults.ts'
import type { Visit, VisitObserver } from '../forwarding/visit.ts'
import type { ServiceState } from '../routing/service-directory.ts'

/** Seconds: from a list out of memory to a long answer on a slow machine. */
const REQUEST_SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
const FIRST_BYTE_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Whatever else a client writes as a method is one label. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** What is counted of the router's work. Every label has few values: templates, never paths; known models only. */
export interface RouterMetrics extends VisitObserver {
  onRefused(reason: AdmissionRefusal['reason']): void
}

export interface MeteredParts {
  readonly admission: () => Pick<Admission, 'waitingCount' | 'runningCount'>
  readonly services: () => readonly ServiceState[]
}

export const createRouterMetrics = (registry: Registry, parts: MeteredParts): RouterMetrics => {
  collectDefaultMetrics({ register: registry })
  registerGauges(registry, parts)
  const { requests, refusals } = createCounters(registry)
  const { seconds, firstByte, queueWait } = createHistograms(registry)
  return {
    onRefused: (reason) => refusals.inc({ reason }),
    onFirstByte(visit, sinceArrivalMs) {
      firstByte.observe({ route: routeLabel(visit), model: visit.model ?? '' }, sinceArrivalMs / 1000)
    },
    onEnd(visit, _outcome, sinceArrivalMs) {
      const route = routeLabel(visit)
      const service = visit.route?.service ?? 'router'
      const dialect = visit.route?.entry.dialect ?? dialectOfPath(visit.path)
      const method = METHODS.has(visit.method) ? visit.method : 'other'
      requests.inc({ route, dialect, service, method, status: visit.status })
      seconds.observe({ route, service }, sinceArrivalMs / 1000)
      if (visit.queuedMs !== undefined) queueWait.observe({ model: visit.model ?? '' }, visit.queuedMs / 1000)
    },
  }
}

const routeLabel = (visit: Visit): string => visit.route?.entry.path ?? 'unknown'

const createCounters = (registry: Registry) => ({
  requests: new Counter({
    name: 'skein_http_requests_total',
    help: 'Requests, by route and status.',
    labelNames: ['route', 'dialect', 'service', 'method', 'status'],
    registers: [registry],
  }),
  refusals: new Counter({
    name: 'skein_queue_refusals_total',
    help: 'Requests that got no slot, by reason.',
    labelNames: ['reason'],
    registers: [registry],
  }),
})

const createHistograms = (registry: Registry) => ({
  seconds: new Histogram({
    name: 'skein_http_request_seconds',
    help: 'From the first line of a request to the last byte of its reply, queue included.',
    labelNames: ['route', 'service'],
    buckets: REQUEST_SECONDS,
    registers: [registry],
  }),
  firstByte: new Histogram({
    name: 'skein_time_to_first_byte_seconds',
    help: 'From the first line of a request to the first byte of a reply that streams.',
    labelNames: ['route', 'model'],
    buckets: FIRST_BYTE_SECONDS,
    registers: [registry],
  }),
  queueWait: new Histogram({
    name: 'skein_queue_wait_seconds',
    help: 'Time in the queue of requests that got a slot.',
    labelNames: ['model'],
    buckets: REQUEST_SECONDS,
    registers: [registry],
  }),
})

/** Figures that are read when somebody asks. */
const registerGauges = (registry: Registry, { admission, services }: MeteredParts): void => {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `skein_${name}`,
      help,
      registers: [],
      collect() {
        this.set(read())
      },
    })
  const up = new Gauge({
    name: 'skein_service_up',
    help: '1 for a service of this node that answers.',
    labelNames: ['of'],
    registers: [],
    collect() {
      for (const { name, state } of services()) this.set({ of: name }, state === 'up' ? 1 : 0)
    },
  })
  registry.registerMetric(
    gauge('queue_waiting', 'Requests that wait for a slot now.', () => admission().waitingCount),
  )
  registry.registerMetric(
    gauge('queue_running', 'Requests that hold a slot now.', () => admission().runningCount),
  )
  registry.registerMetric(up)
}
