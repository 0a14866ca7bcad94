import { INTERNAL_PREFIX } from '@shared/contracts/internal-routes.ts'
import type { ServiceManifest } from '@shared/contracts/route-manifest.ts'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { controlPlane } from '@shared/http/control-plane.ts'
import { readOpenapiDocument } from '@shared/http/openapi-document.ts'
import { routeManifestOf } from '@shared/http/route-manifest-of.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { AnyElysia } from 'elysia'
import { createDoorKeeper } from './features/access/door-keeper.ts'
import { createAuditTrail } from './features/access/audit-trail.ts'
import type { AuditEntry } from './features/access/audit-trail.ts'
import { OWNER_PEER } from './features/access/caller.ts'
import { createKeyDesk } from './features/access/key-desk.ts'
import { Admission } from './features/admission/admission.ts'
import type { AdmissionOptions } from './features/admission/admission.ts'
import { ModelMemory } from './features/admission/model-memory.ts'
import type { ModelMemoryPorts } from './features/admission/model-memory.ts'
import { createBudget } from './features/forwarding/budget.ts'
import { createClientLimits } from './features/forwarding/client-limits.ts'
import type { ClientLimitSettings } from './features/forwarding/client-limits.ts'
import type { RouterCluster } from './features/other-nodes/cluster-ways.ts'
import { createPeerWays } from './features/peer-door/peer-ways.ts'
import type { PeerSide, PeerWaysParts } from './features/peer-door/peer-ways.ts'
import type { PeerDoor } from './features/peer-door/peer-door.ts'
import { createFrontDoor } from './features/forwarding/front-door.ts'
import type { FrontDoor, FrontDoorPorts } from './features/forwarding/front-door.ts'
import { createRequestBodies } from './features/forwarding/request-body.ts'
import type { RequestBodies } from './features/forwarding/request-body.ts'
import { requestTarget } from './features/forwarding/request-target.ts'
import type { ServiceTransport } from './features/forwarding/service-transport.ts'
import { tellVisits } from './features/forwarding/tell-visits.ts'
import { createChooseAnyModel, createWaysOnward } from './features/forwarding/ways-onward.ts'
import { createVisitLog } from './features/forwarding/visit-log.ts'
import { ownRoutesPlugin } from './features/own-routes/own-routes-plugin.ts'
import type { OwnRoutesPorts } from './features/own-routes/own-routes-plugin.ts'
import { createRouterMetrics } from './features/metrics/router-metrics.ts'
import type { RouterMetrics } from './features/metrics/router-metrics.ts'
import { ServiceDirectory } from './features/routing/service-directory.ts'
import type { ServiceDirectoryPorts } from './features/routing/service-directory.ts'
import type { UsageFeed } from './features/usage/usage-feed.ts'
import { createVisitUsage } from './features/usage/visit-usage.ts'
import type { AdmissionRules, LaneFigures } from './policy/admission/admission-queue.ts'
import { createTrustedHosts } from './policy/trusted-host.ts'

/** One message of a WebSocket: a few minutes of sound, or a large picture. */
const LARGEST_MESSAGE_BYTES = 64 * 1024 * 1024

export interface RouterSettings
  extends Pick<AdmissionOptions, keyof AdmissionRules | 'waitMs'>, ClientLimitSettings {
  /** Callers on this machine need a key too. */
  readonly requiresKey: boolean
  /** Names beside those of loopback under which clients may ask for this node. */
  readonly allowedHosts: readonly string[]
  /** Those of the machine, which change with its networks; none where no other machine can reach it. */
  readonly machineHosts: () => readonly string[]
  /** Requests that may be with services at the same time. */
  readonly connectionLimit: number
  /** Bytes of request bodies that may be in memory at the same time. */
  readonly bodyBytesLimit: number
  /** How long a connection may stay open between two requests; at most 255. */
  readonly idleSeconds: number
  /** A client that leaves a stream unread for so long is cut off. */
  readonly unreadMs: number
}

export interface RouterPorts extends OwnRoutesPorts {
  readonly transport: ServiceTransport
  readonly services: Pick<ServiceDirectoryPorts, 'services' | 'fetchManifest' | 'readSaved' | 'save'>
  /** Undefined: this node is in no cluster, and will be in none. */
  readonly cluster?: RouterCluster
  /** What it has for other nodes; only with `cluster`. */
  readonly peerSide?: PeerSide
  readonly usageFeed: UsageFeed
  /** What models take in memory. Rejects while model-store cannot be asked. */
  readonly fetchMemory: ModelMemoryPorts['fetchMemory']
  readonly writeAudit: (entry: AuditEntry) => void
  /** Differs after each start of the router. */
  readonly instance: string
  readonly settings: RouterSettings
  readonly createId: () => string
  readonly log: Log
}

/** The router, before it listens anywhere. */
export interface Router {
  /** The public door. */
  readonly app: AnyElysia
  /** What the supervisor asks, and the same door for the owner of the node; for a socket that only they can open. */
  readonly control: AnyElysia
  /** What other nodes come to, once they have shown who they are; undefined without a `peerSide`. */
  readonly peerDoor: PeerDoor | undefined
  readonly bodies: RequestBodies
  readonly directory: ServiceDirectory
  /** Queues that have something to do. */
  readonly busyLanes: () => readonly LaneFigures[]
  /** Writes the lines that wait for figures: the process ends. */
  readonly flushLog: () => void
}

/** The public door of a node, and the one for other nodes. No I/O of its own: what it needs is in its ports. */
export const createRouterApp = (ports: RouterPorts): Router => {
  const { clock, instance, log, metrics } = ports
  const meter = createRouterMetrics(metrics.registry, {
    admission: () => admission,
    services: () => directory.states,
  })
  const admission = openQueue(ports, meter)
  const chooseModel = createChooseAnyModel(ports)
  const own = ownRoutesPlugin(ports, { admission, chooseModel, directory: () => directory })
  const manifest = manifestOf(own, instance)
  const directory = new ServiceDirectory({ ...ports.services, own: manifest, clock, log })
  const desks = openDesks(ports, meter)
  const handleOwn = (request: Request): Promise<Response> => own.handle(request)
  const parts = { ...desks, admission, chooseModel, handleOwn }
  const server = (): AnyElysia['server'] => app.server
  const ways = createWaysOnward(ports, { ...parts, directory: () => directory, server })
  const frontDoor = openFrontDoor(ports, { ...parts, answerByKind: ways, routes: directory }, server)
  const app = publicApp(frontDoor, log)
  return {
    app,
    control: ownersDoor(controlOf(ports, own, manifest), frontDoor),
    peerDoor: openPeerDoor(ports, { ...parts, directory }),
    bodies: desks.bodies,
    directory,
    busyLanes: () => admission.busyLanes(),
    flushLog: () => desks.visitLog.flush(),
  }
}

/** What a request passes at whichever door it comes in. */
const openDesks = (ports: RouterPorts, meter: RouterMetrics) => {
  const { clock, keyUsage, keys, log, now, settings, usageFeed, writeAudit } = ports
  const usage = createVisitUsage(usageFeed)
  const visitLog = createVisitLog({ log, usage, clock, node: ports.node.name })
  const bodyBytes = createBudget(settings.bodyBytesLimit, 'request bodies')
  return {
    visitLog,
    bodies: createRequestBodies({ clock, bodyBytes }),
    connections: createBudget(settings.connectionLimit, 'requests'),
    keeper: createDoorKeeper({ ...settings, keys, now: () => now() }),
    keyDesk: createKeyDesk({ ...ports, usage: keyUsage, feed: usageFeed }),
    observer: tellVisits([meter, visitLog], [createAuditTrail({ write: writeAudit, now })]),
  }
}

const openPeerDoor = (ports: RouterPorts, parts: Omit<PeerWaysParts, 'prefixOf'>): PeerDoor | undefined => {
  const { cluster, peerSide } = ports
  if (cluster === undefined || peerSide === undefined) return undefined
  return createPeerWays(ports, { ...parts, prefixOf: cluster.prefixOf }, peerSide)
}

const openFrontDoor = (
  ports: RouterPorts,
  parts: Pick<FrontDoorPorts, 'answerByKind' | 'keeper' | 'keyDesk' | 'observer' | 'routes'>,
  server: () => AnyElysia['server'],
): FrontDoor => {
  const { clock, settings } = ports
  return createFrontDoor({
    ...ports,
    ...parts,
    nodeName: ports.cluster?.view.self.name ?? ports.node.name,
    hosts: createTrustedHosts(settings.allowedHosts, settings.machineHosts),
    clients: createClientLimits(settings),
    letBeQuiet(request) {
      server()?.timeout(request, 0)
      return () => server()?.timeout(request, settings.idleSeconds)
    },
    now: () => clock.now(),
  })
}

/** What the supervisor and the services of this node ask. */
const controlOf = (
  { clusterDesks, metrics }: RouterPorts,
  own: AnyElysia,
  manifest: ServiceManifest,
): AnyElysia => {
  const control = controlPlane({
    ...manifest,
    metrics: metrics.registry,
    routes: () => manifest.routes,
    openapi: () => readOpenapiDocument(own),
  })
  return clusterDesks === undefined ? control : control.use(clusterDesks.sharding.controlPlugin)
}

const openQueue = (ports: RouterPorts, { onRefused }: RouterMetrics): Admission => {
  const { clock, settings, usageFeed } = ports
  const admission = new Admission({ ...settings, clock, memory: new ModelMemory(ports), onRefused })
  usageFeed.onUse((usage) => admission.onUse(usage))
  return admission
}

const manifestOf = (own: AnyElysia, instance: string): ServiceManifest => ({
  service: 'router',
  version: SKEIN_VERSION,
  instance,
  slotsPerModel: 1,
  routes: routeManifestOf(own),
})

/** Elysia listens; the front door answers before Elysia looks for a route of its own, of which there are none. */
const publicApp = (answer: FrontDoor, log: Log): AnyElysia =>
  new Elysia({
    name: 'service/router',
    // A second router on the same port must fail, not share its requests.
    serve: { reusePort: false, development: false },
    websocket: { maxPayloadLength: LARGEST_MESSAGE_BYTES },
  })
    // Should the front door itself break: without this Elysia answers 200 with the message of the error.
    .onError(({ error }) => {
      log.error({ err: error }, 'the front door broke')
      return new Response(null, { status: 500 })
    })
    .onRequest(async ({ request, server }) => answer(request, server?.requestIP(request)?.address))

/** The control plane, and everything else as at the public door, but for the owner: `skein` needs no key. */
const ownersDoor = (control: AnyElysia, answer: FrontDoor): AnyElysia =>
  new Elysia({ name: 'router/owners-door' })
    .onRequest(({ request }) => {
      const isControl = requestTarget(request.url).path.startsWith(INTERNAL_PREFIX)
      return isControl ? undefined : answer(request, OWNER_PEER)
    })
    .use(control)
