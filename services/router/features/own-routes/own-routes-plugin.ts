import { openapiDocument, readOpenapiDocument } from '@shared/http/openapi-document.ts'
import { Elysia } from 'elysia'
import type { AnyElysia } from 'elysia'
import type { KeyRing } from '../access/key-ring.ts'
import type { KeyUsage } from '../access/key-usage.ts'
import { createManageTokens } from '../access/manage-tokens.ts'
import { tokensPlugin } from '../access/tokens-plugin.ts'
import type { Admission } from '../admission/admission.ts'
import { queuePlugin } from '../admission/queue-plugin.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import { anthropicProxyPlugin } from '../anthropic-proxy/anthropic-proxy-plugin.ts'
import type { ProxySettings } from '../anthropic-proxy/proxy-settings.ts'
import { capabilitiesPlugin } from '../capabilities/capabilities-plugin.ts'
import type { ClusterDesk } from '../cluster/cluster-desk.ts'
import { clusterPlugin } from '../cluster/cluster-plugin.ts'
import { createLoneNode } from '../cluster/lone-node.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import { localaiP2pPlugin } from '../cluster/localai-p2p-plugin.ts'
import { createManageNodes } from '../cluster/manage-nodes.ts'
import type { DoctorDesk } from '../doctor/doctor-desk.ts'
import { doctorPlugin } from '../doctor/doctor-plugin.ts'
import { documentationPlugin } from '../documentation/documentation-plugin.ts'
import type { DocumentationPorts } from '../documentation/documentation-plugin.ts'
import { mergeOpenapi } from '../documentation/merge-openapi.ts'
import type { ServiceDocument } from '../documentation/merge-openapi.ts'
import { explainPlugin } from '../explain/explain-plugin.ts'
import type { RouterCluster } from '../other-nodes/cluster-ways.ts'
import type { InvitationDesk } from '../joining/invitation-desk.ts'
import { invitationsPlugin } from '../joining/invitations-plugin.ts'
import type { JoiningDesk } from '../joining/joining-desk.ts'
import { joiningPlugin } from '../joining/joining-plugin.ts'
import { metricsPlugin } from '../metrics/metrics-plugin.ts'
import type { MetricsPorts } from '../metrics/metrics-plugin.ts'
import type { ChooseModel } from '../models/choose-model.ts'
import { ModelsElsewhere } from '../models/models-elsewhere.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { ServiceDirectory, ServiceState } from '../routing/service-directory.ts'
import type { ScreenBrightness } from '../screen/screen-brightness.ts'
import { screenPlugin } from '../screen/screen-plugin.ts'
import type { Sharding } from '../sharding/create-sharding.ts'
import type { NodeFacts } from '../status/node-facts.ts'
import { statusPlugin } from '../status/status-plugin.ts'
import { licensePlugin } from '../system/license-plugin.ts'
import type { LicenseTexts } from '../system/license-plugin.ts'
import type { MachineReadings } from '../system/machine-readings.ts'
import { createRecentReading } from '../system/recent-reading.ts'
import { systemPlugin } from '../system/system-plugin.ts'

/** For how long agents that read chapter after chapter are answered from the same document. */
const DOCUMENT_KEPT_MS = 1000

/** What the owner of a node does with its cluster. */
export interface ClusterDesks {
  readonly desk: ClusterDesk
  readonly view: ClusterView
  readonly invitations: InvitationDesk
  readonly joining: JoiningDesk
  readonly doctor: DoctorDesk
  readonly sharding: Pick<Sharding, 'planPlugin' | 'controlPlugin'>
}

export interface OwnRoutesPorts {
  readonly cluster?: RouterCluster
  readonly clusterDesks?: ClusterDesks
  readonly models: NodeModels
  readonly keys: KeyRing
  readonly keyUsage: KeyUsage
  readonly screen: ScreenBrightness
  readonly anthropicProxy: ProxySettings
  readonly documentation: DocumentationPorts
  readonly metrics: MetricsPorts
  readonly node: NodeFacts
  readonly machine: MachineReadings
  readonly readLicense: () => Promise<LicenseTexts>
  readonly clock: RouterClock
  /** Unix milliseconds. */
  readonly now: () => number
}

export interface OwnRoutesParts {
  readonly admission: Admission
  readonly chooseModel: ChooseModel
  readonly directory: () => ServiceDirectory
}

/** Routes that the router answers itself: they have a manifest like those of any service. */
export const ownRoutesPlugin = (ports: OwnRoutesPorts, parts: OwnRoutesParts): AnyElysia => {
  const { admission, directory } = parts
  const table = () => directory().table
  const { anthropicProxy, cluster, documentation, metrics, models, node, screen } = ports
  const states = (): readonly ServiceState[] => directory().states
  const elsewhere = cluster === undefined ? {} : { elsewhere: new ModelsElsewhere(cluster.view) }
  const tokens = createManageTokens({ ...ports, ...elsewhere, usage: ports.keyUsage, routes: table })
  const readDocuments = async (): Promise<readonly ServiceDocument[]> => [
    { service: 'router', document: await readOpenapiDocument(own) },
    ...(await documentation.readDocuments()),
  ]
  const readMerged = async (): Promise<unknown> => mergeOpenapi(await readDocuments())
  // Merging takes the processor for milliseconds.
  const readOpenapi = createRecentReading(readMerged, DOCUMENT_KEPT_MS, () => ports.clock.now())
  const own: AnyElysia = new Elysia({ name: 'router/own', normalize: false })
    .use(openapiDocument({ title: 'Skein: router', description: 'The node itself.' }))
    .use(
      statusPlugin({
        node,
        models,
        admission,
        states,
        view: ports.cluster?.view ?? createLoneNode(node.name),
      }),
    )
    .use(queuePlugin(admission))
    .use(metricsPlugin(metrics, ports.cluster && { ...ports.cluster, clock: ports.clock }))
    .use(documentationPlugin({ readDocuments, readAsset: documentation.readAsset }))
    .use(screenPlugin(screen))
    .use(anthropicProxyPlugin({ settings: anthropicProxy, models, ...elsewhere }))
    .use(tokensPlugin(tokens))
    .use(licensePlugin(ports.readLicense))
    .use(systemPlugin({ ...ports, ...metrics, states, readOwnMetrics: () => metrics.registry.metrics() }))
    .use(capabilitiesPlugin({ version: node.version, routes: () => table().entries, readOpenapi }))
    .use(clusterRoutes(ports, parts))
  return own
}

const clusterRoutes = (
  { cluster, clusterDesks, now }: OwnRoutesPorts,
  { chooseModel, directory }: OwnRoutesParts,
): AnyElysia => {
  const routes: AnyElysia = new Elysia({ name: 'router/cluster-routes' })
  if (cluster !== undefined)
    routes.use(explainPlugin({ ...cluster, chooseModel, table: () => directory().table }))
  if (clusterDesks === undefined) return routes
  const { desk, doctor, invitations, joining, sharding, view } = clusterDesks
  return routes
    .use(clusterPlugin(view, createManageNodes({ view, desk, onLeave: () => invitations.close() })))
    .use(doctorPlugin(doctor))
    .use(invitationsPlugin(invitations))
    .use(joiningPlugin(joining))
    .use(localaiP2pPlugin({ view, joinString: () => invitations.joinString, now }))
    .use(sharding.planPlugin)
}
