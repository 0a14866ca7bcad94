import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { systemClock } from '@shared/process/clock.ts'
import type { SupervisionEvent } from '@shared/process/supervision-event.ts'
import { DEFAULT_SUPERVISION_TIMING } from '@shared/process/supervision-timing.ts'
import { CommandFailure } from '../terminal/command-failure.ts'
import { launchService } from './launch-service.ts'
import { nodeEnvironment } from './node-environment.ts'
import type { NodeAddresses } from './node-environment.ts'
import { holdNodeLock } from './node-lock.ts'
import type { NodeLock } from './node-lock.ts'
import { nodePaths } from './node-paths.ts'
import type { NodePaths } from './node-paths.ts'
import { readNodeRecord, writeNodeRecord } from './node-record.ts'
import type { NodeRecord } from './node-record.ts'
import { NodeServices } from './node-services.ts'
import { probeHealth } from './probe-health.ts'
import { choosePort } from './public-door.ts'
import type { PublicDoor } from './public-door.ts'
import { openServiceLog } from './service-log.ts'
import { SERVICE_PLAN } from './service-plan.ts'
import { prepareSocketDirectory, removeTemporarySockets } from './socket-directory.ts'
import { PROGRAM } from '../terminal/program-name.ts'

/** A service that fails so often in a row before it ever answered is a mistake that waiting does not mend. */
const GIVE_UP_AFTER_FAILURES = 3

export interface RunNodeOptions {
  /** Absolute. */
  readonly home: string
  readonly door: PublicDoor
  /** 0: any free one. */
  readonly port: number
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly onEvent: (service: ServiceName, event: SupervisionEvent) => void
  /** Something is not as it should be, but the node runs. */
  readonly onWarning: (message: string) => void
}

/** One node, run by this process. */
export interface NodeRun {
  readonly url: string
  /** For other machines, the likeliest first. */
  readonly lanUrls: readonly string[]
  /** Asks for no key. */
  readonly ownerSocket: string
  readonly paths: NodePaths
  /** Resolves when every service answers; rejects when one cannot be started. */
  readonly answering: Promise<void>
  /** Writes down that the node is ready for its first request. */
  declareReady(): void
  /** Drains and ends all services; called again, ends them at once. Resolves when nothing is left. */
  stop(): Promise<void>
}

/**
 * Starts the node of a data directory.
 * @throws CommandFailure when it runs already, or its port is taken
 */
export const runNode = (options: RunNodeOptions): NodeRun => {
  const paths = nodePaths(options.home)
  for (const directory of [paths.home, paths.models, paths.logs, paths.run])
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  const lock = holdNodeLock(paths.lock)
  if (lock === undefined) throw alreadyRunning(paths)
  try {
    return superviseNode(options, paths, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

const superviseNode = (options: RunNodeOptions, paths: NodePaths, lock: NodeLock): NodeRun => {
  removeLeftovers(paths)
  const { lanHosts, listenOn, localHost } = options.door
  const port = choosePort(listenOn, options.port)
  const url = `http://${localHost}:${port}`
  const lanUrls = lanHosts.map((host) => `http://${host}:${port}`)
  const socketDirectory = prepareSocketDirectory(paths.run, longestSocketName())
  const socketOf = (service: ServiceName): string => join(socketDirectory, `${service}.sock`)
  const addresses = { home: paths.home, host: listenOn, port, socketOf }
  const startedAt = new Date().toISOString()
  let state: NodeRecord['state'] = 'starting'
  const save = (): void => {
    const facts = { pid: process.pid, port, url, lanUrls, version: SKEIN_VERSION, startedAt, socketDirectory }
    writeNodeRecord(paths.record, { ...facts, state, services: services.records() })
  }
  const { services, closeLogs } = superviseServices(options, addresses, save)
  save()
  let stopping: Promise<void> | undefined
  const drain = async (): Promise<void> => {
    await services.stop()
    await closeLogs()
    removeLeftovers(paths)
    lock.release()
  }
  return {
    url,
    lanUrls,
    ownerSocket: socketOf('router'),
    paths,
    answering: services.start(),
    declareReady() {
      if (state === 'starting') state = 'ready'
      save()
    },
    async stop() {
      if (stopping !== undefined) await services.stopAtOnce()
      state = 'stopping'
      stopping ??= drain()
      await stopping
    },
  }
}

const superviseServices = (options: RunNodeOptions, addresses: NodeAddresses, onChange: () => void) => {
  const directory = nodePaths(addresses.home).logs
  const environment = nodeEnvironment(options.environment, addresses)
  const logs = new Map(
    SERVICE_PLAN.map(({ name }) => {
      const onLost = (reason: string): void =>
        options.onWarning(`The log of ${name} is not written: ${reason}`)
      return [name, openServiceLog({ directory, name, onLost })] as const
    }),
  )
  const services = new NodeServices({
    plan: SERVICE_PLAN,
    startChild: (service, onLine) => launchService(service, environment, onLine),
    probe: (service, signal) => probeHealth(addresses.socketOf(service), signal),
    onLine: (service, line) => logs.get(service)?.write(line),
    onEvent(service, event) {
      onChange()
      options.onEvent(service, event)
    },
    timing: { ...DEFAULT_SUPERVISION_TIMING, giveUpAfterFailures: GIVE_UP_AFTER_FAILURES },
    clock: systemClock,
  })
  return {
    services,
    closeLogs: async (): Promise<void> =>
      void (await Promise.all([...logs.values()].map((log) => log.close()))),
  }
}

const longestSocketName = (): string =>
  SERVICE_PLAN.map(({ name }) => `${name}.sock`).reduce((longest, name) =>
    name.length > longest.length ? name : longest,
  )

/** What the run before left behind, when it was killed. Only with the lock in hand. */
const removeLeftovers = (paths: NodePaths): void => {
  const record = readNodeRecord(paths.record)
  if (record !== undefined) removeTemporarySockets(record.socketDirectory)
  rmSync(paths.record, { force: true })
}

/** Why a second node on the same data directory is refused. */
export const alreadyRunning = (paths: NodePaths): CommandFailure => {
  const running = readNodeRecord(paths.record)
  if (running === undefined)
    return new CommandFailure(`A node on ${paths.home} is just starting or stopping.`)
  return new CommandFailure(
    `A node on ${paths.home} is already running at ${running.url} (process ${running.pid}).`,
    {
      nextStep: `${PROGRAM} status shows it, ${PROGRAM} stop ends it. A second node needs its own SKEIN_HOME and --port.`,
    },
  )
}
