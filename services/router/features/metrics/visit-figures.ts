import { Counter, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'

/** Seconds: from a list out of memory to a long answer on a slow machine. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

export const createVisitCounters = (registry: Registry) => ({
  requests: new Counter({
    name: 'skein_http_requests_total',
    help: 'Requests, by route and status.',
    labelNames: ['route', 'dialect', 'service', 'method', 'status'],
    registers: [registry],
  }),
  modelRequests: new Counter({
    name: 'skein_model_requests_total',
    help: 'Requests for which a model was chosen.',
    labelNames: ['model', 'dialect', 'status'],
    registers: [registry],
  }),
  refusals: new Counter({
    name: 'skein_queue_refusals_total',
    help: 'Requests that got no slot, by class and reason.',
    labelNames: ['class', 'reason'],
    registers: [registry],
  }),
})

export const createVisitTimes = (registry: Registry) => ({
  apiCall: new Histogram({
    name: 'api_call',
    help: 'Seconds from the first line of a request to the last byte of its reply, queue included, by route. Has the name and labels that it has in LocalAI, so that what reads that node reads this one.',
    labelNames: ['method', 'path'],
    buckets: REQUEST_SECONDS,
    registers: [registry],
  }),
  firstByte: new Histogram({
    name: 'skein_time_to_first_byte_seconds',
    help: 'From the first line of a request to the first byte of a reply that streams, queue included.',
    labelNames: ['model'],
    buckets: REQUEST_SECONDS,
    registers: [registry],
  }),
  queueWait: new Histogram({
    name: 'skein_queue_wait_seconds',
    help: 'Time in the queue of requests that got a slot.',
    labelNames: ['class', 'model'],
    buckets: REQUEST_SECONDS,
    registers: [registry],
  }),
})
