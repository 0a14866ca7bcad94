import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { createBoundedLabel, MOST_MODEL_LABELS } from '@shared/http/bounded-label.ts'
import { collectProcessMetrics } from '@shared/http/process-metrics.ts'
import { REQUEST_CLASSES } from '@shared/inference/request-class.ts'
import type { RequestClass } from '@shared/inference/request-class.ts'
import type { Registry } from 'prom-client'
import type { AdmissionRefusal } from '../../policy/admission/admission-queue.ts'
import { dialectOfPath } from '../forwarding/dialect-faults.ts'
import type { Visit, VisitObserver } from '../forwarding/visit.ts'
import { registerNodeGauges } from './node-gauges.ts'
import type { MeteredParts } from './node-gauges.ts'
import { createVisitCounters, createVisitTimes } from './visit-figures.ts'

/** Whatever else a client writes as a method is one label. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Who looks at figures must not change them; LocalAI leaves this route out too. */
const OWN_ROUTE = '/metrics'

/** What is counted of the router's work. Every label has few values: templates, never paths; known models only. */
export interface RouterMetrics extends VisitObserver {
  onRefused(reason: AdmissionRefusal['reason'], requestClass: RequestClass): void
}

export const createRouterMetrics = (registry: Registry, parts: MeteredParts): RouterMetrics => {
  collectProcessMetrics(registry)
  registerNodeGauges(registry, SKEIN_VERSION, parts)
  const { modelRequests, refusals, requests } = createVisitCounters(registry)
  const { apiCall, firstByte, queueWait } = createVisitTimes(registry)
  for (const labels of REFUSALS) refusals.inc(labels, 0)
  const modelLabel = createBoundedLabel(MOST_MODEL_LABELS)
  const countModel = ({ model, queuedMs, status, terms }: Visit, dialect: string): void => {
    if (model === undefined) return
    const label = modelLabel(model)
    modelRequests.inc({ model: label, dialect, status })
    if (queuedMs !== undefined && terms !== undefined)
      queueWait.observe({ class: terms.requestClass, model: label }, queuedMs / 1000)
  }
  return {
    onRefused: (reason, requestClass) => refusals.inc({ class: requestClass, reason }),
    onFirstByte(visit, sinceArrivalMs) {
      if (visit.model !== undefined)
        firstByte.observe({ model: modelLabel(visit.model) }, sinceArrivalMs / 1000)
    },
    onEnd(visit, _outcome, sinceArrivalMs) {
      const route = visit.route?.entry.path ?? 'unknown'
      const service = visit.route?.service ?? 'router'
      const dialect = visit.route?.entry.dialect ?? dialectOfPath(visit.path)
      const method = METHODS.has(visit.method) ? visit.method : 'other'
      requests.inc({ route, dialect, service, method, status: visit.status })
      if (route !== OWN_ROUTE) apiCall.observe({ method, path: route }, sinceArrivalMs / 1000)
      countModel(visit, dialect)
    },
  }
}

const REASONS = {
  'queue-full': true,
  'waited-too-long': true,
  'deadline-passed': true,
} as const satisfies Record<AdmissionRefusal['reason'], true>

/** All that there can be: who begins with the first refusal cannot see it as an increase. */
const REFUSALS = REQUEST_CLASSES.flatMap((requestClass) =>
  Object.keys(REASONS).map((reason) => ({ class: requestClass, reason })),
)
