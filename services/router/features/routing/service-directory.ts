import type { ServiceManifest } from '@shared/contracts/route-manifest.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { NodeService } from '../../policy/cluster/node-topics.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import { createRouteTable } from './route-table.ts'
import type { RouteTable } from './route-table.ts'
import { readServiceManifest } from './service-manifest-schema.ts'

/** How often each service is asked for its manifest: it is the health check too, and costs less than a request. */
const POLL_EVERY_MS = 1000
/** The same while one of them is missing: a start or a restart is over as soon as it is seen. */
const POLL_MISSING_EVERY_MS = 100

export interface ServiceState {
  readonly name: ServiceName
  /** `starting`: has not answered since this router started. */
  readonly state: 'starting' | 'up' | 'down'
  readonly version?: string
  /** How often this router saw the service come back as another process. */
  readonly restarts: number
}

export interface ServiceDirectoryPorts {
  readonly services: readonly ServiceName[]
  /** Routes that the router answers itself. */
  readonly own: ServiceManifest
  /** Asks a service for its manifest; rejects, within a few seconds, when it does not answer. */
  readonly fetchManifest: (service: ServiceName) => Promise<unknown>
  /** What was saved last, whatever became of it since. */
  readonly readSaved: () => Promise<Readonly<Record<string, unknown>>>
  readonly save: (manifests: Readonly<Record<string, ServiceManifest>>) => Promise<void>
  readonly clock: RouterClock
  readonly log: Log
}

interface KnownService {
  state: ServiceState['state']
  manifest?: ServiceManifest
  /** Instance of the process that answered last; not of a saved manifest. */
  instance?: string
  restarts: number
  asking?: Promise<void>
}

/**
 * Which services there are, how they are, and which routes they answer. What a service said is kept while it is down,
 * and across restarts of the router, so that its routes are `unavailable` then and not unknown.
 */
export class ServiceDirectory {
  private readonly known: ReadonlyMap<ServiceName, KnownService>
  private routes: RouteTable
  private cancelTimer: (() => void) | undefined

  constructor(private readonly ports: ServiceDirectoryPorts) {
    this.known = new Map(ports.services.map((name) => [name, { state: 'starting', restarts: 0 }]))
    this.routes = createRouteTable([ports.own])
  }

  get table(): RouteTable {
    return this.routes
  }

  get states(): readonly ServiceState[] {
    return [...this.known].map(([name, { state, manifest, restarts }]) => ({
      name,
      state,
      ...(manifest === undefined ? {} : { version: manifest.version }),
      restarts,
    }))
  }

  /** The same, for other nodes: with what the routes of each can do. */
  get offered(): readonly NodeService[] {
    return [...this.known].map(([name, { state, manifest }]) => ({
      name,
      state,
      version: manifest?.version ?? null,
      capabilities: [...new Set(manifest?.routes.map(({ capability }) => capability))],
    }))
  }

  /** Services whose routes were never seen, not even by an earlier run of the router. */
  get unknownServices(): readonly ServiceName[] {
    return this.ports.services.filter((name) => this.known.get(name)?.manifest === undefined)
  }

  /** Asks the service again, now. Never rejects. */
  refresh(name: ServiceName): Promise<void> {
    const service = this.known.get(name)
    if (service === undefined) return Promise.resolve()
    service.asking ??= this.ask(name, service).finally(() => delete service.asking)
    return service.asking
  }

  /** Learns what was saved by an earlier run. */
  async restore(): Promise<void> {
    const saved = await this.ports.readSaved()
    for (const [name, service] of this.known) {
      const manifest = readServiceManifest(name, saved[name])
      if (manifest !== undefined) service.manifest = manifest
    }
    this.rebuild()
  }

  /** Asks every service, and goes on asking until `stop`. */
  async start(): Promise<void> {
    this.schedule()
    await this.refreshAll()
  }

  stop(): void {
    this.cancelTimer?.()
  }

  private schedule(): void {
    const isComplete = [...this.known.values()].every(({ state }) => state === 'up')
    this.cancelTimer = this.ports.clock.after(isComplete ? POLL_EVERY_MS : POLL_MISSING_EVERY_MS, () => {
      this.schedule()
      void this.refreshAll()
    })
  }

  private async refreshAll(): Promise<void> {
    await Promise.all(this.ports.services.map((name) => this.refresh(name)))
  }

  private async ask(name: ServiceName, service: KnownService): Promise<void> {
    const { log } = this.ports
    try {
      const manifest = readServiceManifest(name, await this.ports.fetchManifest(name))
      if (manifest === undefined) throw new Error(`The manifest of ${name} is not readable`)
      service.state = 'up'
      if (service.instance !== manifest.instance) await this.learn(service, manifest)
    } catch (error) {
      if (service.state !== 'up') return
      service.state = 'down'
      log.warn({ of: name, err: error }, 'service is down')
    }
  }

  private async learn(service: KnownService, manifest: ServiceManifest): Promise<void> {
    const { log, save } = this.ports
    if (service.instance !== undefined) service.restarts += 1
    service.instance = manifest.instance
    service.manifest = manifest
    this.rebuild()
    log.info({ of: manifest.service, routes: manifest.routes.length }, 'service is up')
    const manifests = [...this.known].flatMap(([name, known]) =>
      known.manifest === undefined ? [] : [[name, known.manifest] as const],
    )
    await save(Object.fromEntries(manifests)).catch((error: unknown) =>
      log.warn({ err: error }, 'manifests could not be saved'),
    )
  }

  private rebuild(): void {
    const manifests = [...this.known.values()].flatMap(({ manifest }) => manifest ?? [])
    this.routes = createRouteTable([this.ports.own, ...manifests])
    const { conflicts } = this.routes
    if (conflicts.length > 0) this.ports.log.warn({ routes: conflicts }, 'routes claimed by two services')
  }
}
