import type { ServiceName } from '@shared/contracts/service-name.ts'
import type { ChildProcess } from '@shared/process/child-process.ts'
import type { Clock } from '@shared/process/clock.ts'
import { SupervisedProcess } from '@shared/process/supervised-process.ts'
import type { SupervisionEvent } from '@shared/process/supervision-event.ts'
import type { SupervisionTiming } from '@shared/process/supervision-timing.ts'
import { CommandFailure } from '../terminal/command-failure.ts'
import { PROGRAM } from '../terminal/program-name.ts'
import type { ServiceRecord } from './node-record.ts'
import type { PlannedService } from './service-plan.ts'

/** A little more than the services' own limit for draining. */
const DRAIN_GRACE_MS = 25_000
const HURRIED_GRACE_MS = 1_000

export interface NodeServicesOptions {
  readonly plan: readonly PlannedService[]
  readonly startChild: (service: ServiceName, onLine: (line: string) => void) => ChildProcess
  readonly probe: (service: ServiceName, signal: AbortSignal) => Promise<void>
  readonly onLine: (service: ServiceName, line: string) => void
  readonly onEvent: (service: ServiceName, event: SupervisionEvent) => void
  readonly timing: SupervisionTiming
  readonly clock: Clock
}

interface Supervised {
  readonly planned: PlannedService
  readonly process: SupervisedProcess
  lastFailure: string | null
}

/** All services of one node, started and stopped in the order of their plan. */
export class NodeServices {
  readonly #services: ReadonlyMap<ServiceName, Supervised>

  constructor(options: NodeServicesOptions) {
    this.#services = new Map(options.plan.map((planned) => [planned.name, supervise(planned, options)]))
  }

  /** Resolves when every service answers; rejects when one is given up or the node is stopped before. */
  async start(): Promise<void> {
    const started = new Map<ServiceName, Promise<void>>()
    for (const service of this.#services.values()) {
      const { name, needs } = service.planned
      started.set(name, startAfter(service, Promise.all(needs.map((need) => started.get(need)))))
    }
    await Promise.all(started.values())
  }

  /** Lets the services finish what they do, the door first. Resolves when all are gone. */
  async stop(): Promise<void> {
    for (const { process } of [...this.#services.values()].toReversed()) await process.stop(DRAIN_GRACE_MS)
  }

  /** Ends the services at once, also in the middle of `stop`. */
  async stopAtOnce(): Promise<void> {
    await Promise.all([...this.#services.values()].map(({ process }) => process.stop(HURRIED_GRACE_MS)))
  }

  records(): ServiceRecord[] {
    return [...this.#services.values()].map(({ planned, process, lastFailure }) => ({
      name: planned.name,
      state: process.state,
      pid: process.processId ?? null,
      restarts: process.restarts,
      lastFailure,
    }))
  }
}

const startAfter = async ({ planned, process }: Supervised, needs: Promise<unknown>): Promise<void> => {
  await needs
  process.start()
  await process.firstReady.catch((reason: unknown) => {
    throw new CommandFailure(`The ${planned.name} service cannot be started.`, {
      nextStep: `What it said last is above; the rest: ${PROGRAM} logs ${planned.name}`,
      cause: reason,
    })
  })
}

const supervise = (planned: PlannedService, options: NodeServicesOptions): Supervised => {
  const { name } = planned
  const service: Supervised = {
    planned,
    lastFailure: null,
    process: new SupervisedProcess({
      startChild: (onLine) => options.startChild(name, onLine),
      probe: (signal) => options.probe(name, signal),
      onLine: (line) => options.onLine(name, line),
      onEvent(event) {
        if (event.type === 'failure') service.lastFailure = event.reason
        options.onEvent(name, event)
      },
      timing: options.timing,
      clock: options.clock,
    }),
  }
  return service
}
