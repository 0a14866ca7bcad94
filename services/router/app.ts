import { INTERNAL_PREFIX } from '@shared/contracts/internal-routes.ts'
import type { ServiceManifest } from '@shared/contracts/route-manifest.ts'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { controlPlane } from '@shared/http/control-plane.ts'
import { openapiDocument, readOpenapiDocument } from '@shared/http/openapi-document.ts'
import { routeManifestOf } from '@shared/http/route-manifest-of.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { AnyElysia } from 'elysia'
import { createDoorKeeper } from './features/access/door-keeper.ts'
import { createAuditTrail } from './features/access/audit-trail.ts'
import type { AuditEntry } from './features/access/audit-trail.ts'
import { OWNER_PEER } from './features/access/caller.ts'
import { createKeyDesk } from './features/access/key-desk.ts'
import type { KeyRing } from './features/access/key-ring.ts'
import type { KeyUsage } from './features/access/key-usage.ts'
import { createManageTokens } from './features/access/manage-tokens.ts'
import { tokensPlugin } from './features/access/tokens-plugin.ts'
import { Admission } from './features/admission/admission.ts'
import type { AdmissionOptions } from './features/admission/admission.ts'
import { ModelMemory } from './features/admission/model-memory.ts'
import type { ModelMemoryPorts } from './features/admission/model-memory.ts'
import { queuePlugin } from './features/admission/queue-plugin.ts'
import type { RouterClock } from './features/admission/router-clock.ts'
import { anthropicProxyPlugin } from './features/anthropic-proxy/anthropic-proxy-plugin.ts'
import type { ProxySettings } from './features/anthropic-proxy/proxy-settings.ts'
import { capabilitiesPlugin } from './features/capabilities/capabilities-plugin.ts'
import { documentationPlugin } from './features/documentation/documentation-plugin.ts'
import type { DocumentationPorts } from './features/documentation/documentation-plugin.ts'
import { mergeOpenapi } from './features/documentation/merge-openapi.ts'
import type { ServiceDocument } from './features/documentation/merge-openapi.ts'
import { explainPlugin } from './features/explain/explain-plugin.ts'
import { createBudget } from './features/forwarding/budget.ts'
import { createClientLimits } from './features/forwarding/client-limits.ts'
import type { ClientLimitSettings } from './features/forwarding/client-limits.ts'
import type { RouterCluster } from './features/forwarding/cluster-ways.ts'
import { createFrontDoor } from './features/forwarding/front-door.ts'
import type { FrontDoor } from './features/forwarding/front-door.ts'
import { createRequestBodies } from './features/forwarding/request-body.ts'
import { requestTarget } from './features/forwarding/request-target.ts'
import type { ServiceTransport } from './features/forwarding/service-transport.ts'
import { tellVisits } from './features/forwarding/tell-visits.ts'
import { createChooseAnyModel, createWaysOnward } from './features/forwarding/ways-onward.ts'
import { createVisitLog } from './features/forwarding/visit-log.ts'
import { metricsPlugin } from './features/metrics/metrics-plugin.ts'
import type { MetricsPorts } from './features/metrics/metrics-plugin.ts'
import { createRouterMetrics } from './features/metrics/router-metrics.ts'
import type { RouterMetrics } from './features/metrics/router-metrics.ts'
import type { ChooseModel } from './features/models/choose-model.ts'
import type { NodeModels } from './features/models/node-models.ts'
import { ServiceDirectory } from './features/routing/service-directory.ts'
import type { ServiceDirectoryPorts, ServiceState } from './features/routing/service-directory.ts'
import type { ScreenBrightness } from './features/screen/screen-brightness.ts'
import { screenPlugin } from './features/screen/screen-plugin.ts'
import type { NodeFacts } from './features/status/node-facts.ts'
import { statusPlugin } from './features/status/status-plugin.ts'
import { licensePlugin } from './features/system/license-plugin.ts'
import type { LicenseTexts } from './features/system/license-plugin.ts'
import type { MachineReadings } from './features/system/machine-readings.ts'
import { createRecentReading } from './features/system/recent-reading.ts'
import { systemPlugin } from './features/system/system-plugin.ts'
import type { UsageFeed } from './features/usage/usage-feed.ts'
import { createVisitUsage } from './features/usage/visit-usage.ts'
import type { AdmissionRules } from './policy/admission-queue.ts'
import { createTrustedHosts } from './policy/trusted-host.ts'

/** One message of a WebSocket: a few minutes of sound, or a large picture. */
const LARGEST_MESSAGE_BYTES = 64 * 1024 * 1024

/** For how long agents that read chapter after chapter are answered from the same document. */
const DOCUMENT_KEPT_MS = 1000

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

export interface RouterPorts {
  readonly services: Pick<ServiceDirectoryPorts, 'services' | 'fetchManifest' | 'readSaved' | 'save'>
  readonly transport: ServiceTransport
  /** Undefined: this node is in no cluster, and will be in none. */
  readonly cluster?: RouterCluster
  readonly models: NodeModels
  readonly keys: KeyRing
  readonly keyUsage: KeyUsage
  readonly usageFeed: UsageFeed
  /** What models take in memory. Rejects while model-store cannot be asked. */
  readonly fetchMemory: ModelMemoryPorts['fetchMemory']
  readonly writeAudit: (entry: AuditEntry) => void
  readonly screen: ScreenBrightness
  readonly anthropicProxy: ProxySettings
  readonly documentation: DocumentationPorts
  readonly metrics: MetricsPorts
  readonly node: NodeFacts
  readonly machine: MachineReadings
  readonly readLicense: () => Promise<LicenseTexts>
  /** Differs after each start of the router. */
  readonly instance: string
  readonly settings: RouterSettings
  readonly clock: RouterClock
  /** Unix milliseconds. */
  readonly now: () => number
  readonly createId: () => string
  readonly log: Log
}

/** The router, before it listens anywhere. */
export interface Router {
  /** The public door. */
  readonly app: AnyElysia
  /** What the supervisor asks, and the same door for the owner of the node; for a socket that only they can open. */
  readonly control: AnyElysia
  readonly directory: ServiceDirectory
  /** Writes the lines that wait for figures: the process ends. */
  readonly flushLog: () => void
}

/** The public door of a node. No I/O of its own: what it needs is in its ports. */
export const createRouterApp = (ports: RouterPorts): Router => {
  const { clock, instance, log, metrics, settings } = ports
  const meter = createRouterMetrics(metrics.registry, {
    admission: () => admission,
    services: () => directory.states,
  })
  const admission = openQueue(ports, meter)
  const chooseModel = createChooseAnyModel(ports)
  const own = ownRoutes(ports, { admission, chooseModel, directory: () => directory })
  const manifest = manifestOf(own, instance)
  const directory = new ServiceDirectory({ ...ports.services, own: manifest, clock, log })
  const control = controlPlane({
    ...manifest,
    metrics: metrics.registry,
    routes: () => manifest.routes,
    openapi: () => readOpenapiDocument(own),
  })
  const keeper = createDoorKeeper({ ...settings, keys: ports.keys, now: () => ports.now() })
  const usage = createVisitUsage(ports.usageFeed)
  const visitLog = createVisitLog({ log, usage, clock, node: ports.node.name })
  const bodyBytes = createBudget(settings.bodyBytesLimit, 'request bodies')
  const bodies = createRequestBodies({ clock, bodyBytes })
  const frontDoor = createFrontDoor({
    ...ports,
    answerByKind: createWaysOnward(ports, {
      admission,
      bodies,
      directory: () => directory,
      keeper,
      chooseModel,
      handleOwn: (request) => own.handle(request),
      server: () => app.server,
    }),
    nodeName: ports.cluster?.view.self.name ?? ports.node.name,
    keeper,
    keyDesk: createKeyDesk({ ...ports, usage: ports.keyUsage, feed: ports.usageFeed }),
    routes: directory,
    hosts: createTrustedHosts(settings.allowedHosts, settings.machineHosts),
    clients: createClientLimits(settings),
    letBeQuiet(request) {
      app.server?.timeout(request, 0)
      return () => app.server?.timeout(request, settings.idleSeconds)
    },
    observer: tellVisits([meter, visitLog], [createAuditTrail({ write: ports.writeAudit, now: ports.now })]),
    now: () => clock.now(),
  })
  const app = publicApp(frontDoor, log)
  return { app, control: ownersDoor(control, frontDoor), directory, flushLog: () => visitLog.flush() }
}

const openQueue = (ports: RouterPorts, { onRefused }: RouterMetrics): Admission => {
  const { clock, settings, usageFeed } = ports
  const admission = new Admission({ ...settings, clock, memory: new ModelMemory(ports), onRefused })
  usageFeed.onUse((usage) => admission.onUse(usage))
  return admission
}

/** Routes that the router answers itself: they have a manifest like those of any service. */
const ownRoutes = (
  ports: RouterPorts,
  {
    admission,
    chooseModel,
    directory,
  }: {
    readonly admission: Admission
    readonly chooseModel: ChooseModel
    readonly directory: () => ServiceDirectory
  },
): AnyElysia => {
  const table = () => directory().table
  const { anthropicProxy, cluster, documentation, metrics, models, node, screen } = ports
  const states = (): readonly ServiceState[] => directory().states
  const tokens = createManageTokens({ ...ports, usage: ports.keyUsage, routes: table })
  const readDocuments = async (): Promise<readonly ServiceDocument[]> => [
    { service: 'router', document: await readOpenapiDocument(own) },
    ...(await documentation.readDocuments()),
  ]
  const readMerged = async (): Promise<unknown> => mergeOpenapi(await readDocuments())
  // Merging takes the processor for milliseconds.
  const readOpenapi = createRecentReading(readMerged, DOCUMENT_KEPT_MS, () => ports.clock.now())
  const own: AnyElysia = new Elysia({ name: 'router/own', normalize: false })
    .use(openapiDocument({ title: 'Skein: router', description: 'The node itself.' }))
    .use(statusPlugin({ node, models, admission, states }))
    .use(queuePlugin(admission))
    .use(cluster === undefined ? new Elysia() : explainPlugin({ ...cluster, chooseModel, table }))
    .use(metricsPlugin(metrics))
    .use(documentationPlugin({ readDocuments, readAsset: documentation.readAsset }))
    .use(screenPlugin(screen))
    .use(anthropicProxyPlugin({ settings: anthropicProxy, models }))
    .use(tokensPlugin(tokens))
    .use(licensePlugin(ports.readLicense))
    .use(systemPlugin({ ...ports, ...metrics, states, readOwnMetrics: () => metrics.registry.metrics() }))
    .use(capabilitiesPlugin({ version: node.version, routes: () => table().entries, readOpenapi }))
  return own
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
