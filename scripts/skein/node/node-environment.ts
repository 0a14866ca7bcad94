import { join } from 'node:path'
import { SERVICE_NAMES } from '@shared/contracts/service-name.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'

/** Where everything of one running node listens. */
export interface NodeAddresses {
  readonly home: string
  /** Address on which the public door listens. */
  readonly host: string
  readonly port: number
  /** Absolute path of a service's Unix socket. */
  readonly socketOf: (service: ServiceName) => string
}

/** The router's socket: the control plane, and a door that asks nobody for a key. */
export const ownerSocketIn = (socketDirectory: string): string => join(socketDirectory, 'router.sock')

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The variables that join the services of a node, on top of the operator's own. All services get the same: each reads
 * what bears its name.
 */
export const nodeEnvironment = (inherited: Environment, node: NodeAddresses): Environment => {
  const store = `unix:${node.socketOf('model-store')}`
  const behindTheDoor = SERVICE_NAMES.filter((service) => service !== 'router')
  const listen = behindTheDoor.map((service) => [
    `${prefixOf(service)}_LISTEN`,
    `unix:${node.socketOf(service)}`,
  ])
  return {
    ...inherited,
    SKEIN_HOME: node.home,
    ...Object.fromEntries(listen),
    CHAT_MODEL_STORE_ADDRESS: store,
    CHAT_ROUTER_ADDRESS: `unix:${node.socketOf('router')}`,
    ROUTER_CONTROL_LISTEN: `unix:${node.socketOf('router')}`,
    ROUTER_HOST: node.host,
    ROUTER_PORT: String(node.port),
    ROUTER_SERVICES: behindTheDoor.map((service) => `${service}=unix:${node.socketOf(service)}`).join(','),
  }
}

const prefixOf = (service: ServiceName): string => service.toUpperCase().replaceAll('-', '_')
