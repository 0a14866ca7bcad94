import { REQUEST_CLASSES } from '@shared/inference/request-class.ts'
import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import type { Admission } from '../admission/admission.ts'
import type { ServiceState } from '../routing/service-directory.ts'

export interface MeteredParts {
  readonly admission: () => Pick<Admission, 'waitingOf' | 'runningCount'>
  readonly services: () => readonly ServiceState[]
}

/** Figures of the node that are read when somebody asks. */
export const registerNodeGauges = (
  registry: Registry,
  version: string,
  { admission, services }: MeteredParts,
): void => {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `skein_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('queue_running', 'Requests that hold a slot now.', () => admission().runningCount)
  const waiting = new Gauge({
    name: 'skein_queue_waiting',
    help: 'Requests that wait for a slot now, by class.',
    labelNames: ['class'],
    registers: [],
    collect() {
      for (const requestClass of REQUEST_CLASSES)
        this.set({ class: requestClass }, admission().waitingOf(requestClass))
    },
  })
  registry.registerMetric(waiting)
  const build = new Gauge({
    name: 'skein_build_info',
    help: 'Always 1; its label is the version.',
    labelNames: ['version'],
    registers: [registry],
  })
  build.set({ version }, 1)
  registerServices(registry, services)
}

const registerServices = (registry: Registry, services: () => readonly ServiceState[]): void => {
  const up = new Gauge({
    name: 'skein_service_up',
    help: '1 for a service of this node that answers.',
    labelNames: ['of'],
    registers: [],
    collect() {
      for (const { name, state } of services()) this.set({ of: name }, state === 'up' ? 1 : 0)
    },
  })
  const restarts = new Counter({
    name: 'skein_service_restarts_total',
    help: 'How often a service came back as another process since the router started.',
    labelNames: ['of'],
    registers: [],
    collect() {
      this.reset()
      for (const { name, restarts: count } of services()) this.inc({ of: name }, count)
    },
  })
  registry.registerMetric(up)
  registry.registerMetric(restarts)
}
