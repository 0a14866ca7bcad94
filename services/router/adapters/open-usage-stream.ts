import { USAGE_ROUTE } from '@shared/contracts/engine-usage.ts'
import type { ServiceAddress } from '@shared/contracts/service-address.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import type { UsageWatchPorts } from '../features/usage/usage-watch.ts'

/** The usage feeds of the services of this node, over their sockets or loopback ports. */
export const createOpenUsageStream =
  (addresses: ReadonlyMap<ServiceName, ServiceAddress>): UsageWatchPorts['open'] =>
  async (service, signal) => {
    const address = addresses.get(service)
    if (address === undefined) return undefined
    const base = address.type === 'unix' ? 'http://localhost' : address.url
    const response = await fetch(base + USAGE_ROUTE, {
      signal,
      ...(address.type === 'unix' ? { unix: address.path } : {}),
    })
    if (response.status === 404 || response.body === null) return undefined
    if (!response.ok) throw new Error(`It answered ${response.status}`)
    return response.body
  }
