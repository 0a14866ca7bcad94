import type { NodeMemory } from '@shared/contracts/memory-lease.ts'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { RouterClock } from '../../features/admission/router-clock.ts'
import type { KeyRecord } from '../../features/access/key-usage.ts'
import type { ClusterSettings, SharedKeys } from '../../features/cluster/cluster-ports.ts'
import type { ClusterRuntime } from '../../features/cluster/cluster-runtime.ts'
import { SelfReport } from '../../features/cluster/self-report.ts'
import type { SelfReportPorts } from '../../features/cluster/self-report.ts'
import type { RouterCluster } from '../../features/other-nodes/cluster-ways.ts'
import type { PeerDoor } from '../../features/peer-door/peer-door.ts'
import type { PeerSide } from '../../features/peer-door/peer-ways.ts'
import { bytesControl, metricsControl } from '../../features/peer-door/peer-controls.ts'
import type { ServiceTransport } from '../../features/forwarding/service-transport.ts'
import { createPairing } from '../../features/joining/create-pairing.ts'
import type { Pairing } from '../../features/joining/create-pairing.ts'
import type { NodeModels } from '../../features/models/node-models.ts'
import type { ClusterDesks } from '../../features/own-routes/own-routes-plugin.ts'
import { ClusterPlacer } from '../../features/placement/cluster-placer.ts'
import { MeasuredSpeeds } from '../../features/placement/measured-speeds.ts'
import { createPromptPrefix } from '../../features/placement/prompt-prefix.ts'
import { createSharding } from '../../features/sharding/create-sharding.ts'
import type { UsageFeed } from '../../features/usage/usage-feed.ts'
import type { NodeSpending, NodeTopics } from '../../policy/cluster/node-topics.ts'
import type { PlacementPolicy } from '../../policy/placement/placement.ts'
import { loadClusterPrograms, openCluster } from './open-cluster.ts'
import type { OpenClusterOptions, OpenedCluster } from './open-cluster.ts'
import { createPairingClient } from '../pairing/pairing-client.ts'
import { openDoctorDesk } from '../doctor/doctor-open.ts'
import { clusterTagOf } from '../pairing/pairing-cluster-tag.ts'
import { loadPairingCrypto } from '../pairing/pairing-crypto.ts'
import { createConnectRpcOutlet } from '../rpc-tunnel/rpc-tunnel-outlet.ts'
import { createOpenRpcInlet } from '../rpc-tunnel/rpc-tunnel-inlet.ts'

export interface ClusterSideOptions {
  readonly skeinHome: string
  readonly settings: ClusterSettings & { readonly dataPort: number }
  readonly placement: PlacementPolicy
  readonly keys: SharedKeys
  readonly keyUsage: { all(): Iterable<readonly [keyId: string, record: KeyRecord]> }
  readonly transport: ServiceTransport
  readonly models: NodeModels
  readonly fetchMemory: () => Promise<NodeMemory>
  readonly usageFeed: UsageFeed
  readonly readMetrics: () => Promise<string>
  /** Whether other machines' apps may reach the public door. */
  readonly isDoorOpen: () => boolean
  /** What the router makes of its parts; it is made of this side, so that it comes later. */
  readonly router: () => RouterOfCluster
  readonly clock: RouterClock
  readonly log: Log
}

export interface RouterOfCluster {
  readonly peerDoor: PeerDoor | undefined
  readonly bodies: ReturnType<OpenClusterOptions['doors']>['bodies']
  readonly busyLanes: () => NodeTopics['load']['lanes']
  readonly directory: { readonly offered: NodeTopics['services'] }
}

/** Everything by which a node is part of a cluster, and what it offers while it is in none: to found or enter one. */
export interface ClusterSide {
  readonly runtime: ClusterRuntime
  readonly cluster: RouterCluster
  readonly clusterDesks: ClusterDesks
  readonly peerSide: PeerSide
  readonly openIdentity: OpenedCluster['openIdentity']
  /** Comes back to the cluster that this node was in. @throws Fault `conflict` when a port is taken, or a file broken */
  start(): Promise<void>
  stop(): Promise<void>
}

export const openClusterSide = (options: ClusterSideOptions): ClusterSide => {
  const { clock, log, router, settings, skeinHome } = options
  const opened = openCluster({
    skeinHome,
    settings,
    keys: options.keys,
    doors: () => doorsOf(router(), pairing),
    clock,
    log,
  })
  const { openIdentity, peers, runtime } = opened
  const pairing = openPairing(options, opened)
  const { invitations, joining } = pairing
  const sharding = openSharding(options, opened)
  const doctor = openDoctorDesk({ ...options, runtime, peers })
  const report = openReport(options, runtime, {
    fetchBackends: sharding.fetchBackends,
    links: () => doctor.links(),
  })
  const placer = openPlacer(options, runtime, report)
  return {
    runtime,
    openIdentity,
    cluster: { view: runtime, placer, peers, prefixOf: createPromptPrefix() },
    clusterDesks: { desk: runtime, view: runtime, invitations, joining, doctor, sharding },
    peerSide: {
      view: runtime,
      controls: [
        bytesControl,
        metricsControl(options.readMetrics),
        doctor.meter.control,
        ...sharding.peerControls,
      ],
      isDraining: () => runtime.isDraining,
      onNodeRemoved: (listener) => runtime.onNodeRemoved(listener),
      onWorked: (model, prefix) => placer.onWorked(model, prefix),
    },
    async start() {
      report.start()
      await runtime.start()
    },
    async stop() {
      pairing.close()
      sharding.close()
      report.stop()
      placer.stop()
      await runtime.stop()
    },
  }
}

const openSharding = (options: ClusterSideOptions, { peers, runtime }: OpenedCluster) =>
  createSharding({
    ...options,
    view: runtime,
    peers,
    services: options.transport,
    openInlet: createOpenRpcInlet(options.clock),
    connectOutlet: createConnectRpcOutlet(options.clock),
    isDraining: () => runtime.isDraining,
    createId: () => crypto.randomUUID(),
  })

const openPlacer = (
  { clock, placement }: ClusterSideOptions,
  runtime: ClusterRuntime,
  report: SelfReport,
): ClusterPlacer => {
  const placer = new ClusterPlacer({
    view: runtime,
    policy: placement,
    ownTopics: () => report.topics(),
    random: () => Math.random(),
    sayPrefixes: (model, hashes) => runtime.sayPrefixes(model, hashes),
    clock,
  })
  runtime.onPrefixes((nodeId, model, hashes) => placer.onPrefixes(nodeId, model, hashes))
  return placer
}

const doorsOf = ({ bodies, peerDoor }: RouterOfCluster, { stranger }: Pairing) => {
  if (peerDoor === undefined) throw new Error('A router with a side for nodes has a door for them')
  return { member: peerDoor, bodies, stranger }
}

const openReport = (
  { clock, fetchMemory, keyUsage, log, models, router, usageFeed }: ClusterSideOptions,
  runtime: ClusterRuntime,
  parts: Pick<SelfReportPorts, 'fetchBackends' | 'links'>,
): SelfReport => {
  const speeds = new MeasuredSpeeds()
  usageFeed.onUse((usage) => speeds.onUse(usage))
  return new SelfReport(
    {
      services: () => router().directory.offered,
      lanes: () => router().busyLanes(),
      models,
      fetchMemory,
      speeds: () => speeds.speeds(),
      ...parts,
      spending: () => [...keyUsage.all()].map(spendingOf),
      clock,
      log,
    },
    runtime,
  )
}

const spendingOf = ([keyId, { tokens }]: readonly [string, KeyRecord]): NodeSpending => ({ keyId, ...tokens })

const openPairing = (
  { clock, log, settings }: ClusterSideOptions,
  { openIdentity, runtime }: OpenedCluster,
): Pairing => {
  const clusterTag = (): string | null => {
    const { run } = runtime
    // Who was shut out may enter again, also this cluster.
    return run === undefined || runtime.self.trouble !== undefined ? null : clusterTagOf(run.secret)
  }
  return createPairing({
    desk: runtime,
    door: () => ({
      nodeId: runtime.self.nodeId,
      certificate: runtime.run?.door.certificate ?? '',
      clusterTag: clusterTag(),
      linkPort: runtime.run?.door.linkPort ?? null,
    }),
    card: () => ({ name: settings.name, version: SKEIN_VERSION }),
    clusterTag,
    isMember: (nodeId) => runtime.nodes.some((node) => node.nodeId === nodeId),
    loadCrypto() {
      // Half a second of loading, while the owners compare digits: entering does not wait for it.
      loadClusterPrograms(log)
      return loadPairingCrypto()
    },
    loadSigner: openIdentity,
    wire: createPairingClient(),
    async findNodes(search) {
      if (!settings.usesMulticast) return
      const { findNodes } = await import('../lan/lan-discovery.ts')
      await findNodes({ ...search, log })
    },
    clock,
    now: () => Date.now(),
    log,
  })
}
