import { defaultServiceAddress } from '@shared/config/skein-home.ts'
import { parseServiceAddress } from '@shared/contracts/service-address.ts'
import type { ServiceAddress } from '@shared/contracts/service-address.ts'
import { SERVICE_NAMES } from '@shared/contracts/service-name.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { Fault } from '@shared/fault/fault.ts'

/**
 * Where the other services listen: what is given as `chat=unix:/path,model-store=http://127.0.0.1:9000`, and for all
 * others their sockets under `skeinHome`.
 * @throws Fault `invalid_request` naming what cannot be read
 */
export const readServiceAddresses = (
  given: string,
  skeinHome: string,
): ReadonlyMap<ServiceName, ServiceAddress> => {
  const addresses = new Map<ServiceName, ServiceAddress>(
    SERVICE_NAMES.filter((name) => name !== 'router').map((name) => [
      name,
      parseServiceAddress(defaultServiceAddress(skeinHome, name)),
    ]),
  )
  for (const entry of given.split(',').filter((text) => text.trim() !== '')) {
    const [, name = '', address = ''] = /^\s*([\w-]+)=(\S+)\s*$/.exec(entry) ?? []
    const service = SERVICE_NAMES.find((known) => known === name)
    if (service === undefined || service === 'router') {
      throw new Fault('invalid_request', `ROUTER_SERVICES: '${entry.trim()}' is not <service>=<address>.`)
    }
    addresses.set(service, parseServiceAddress(address))
  }
  return addresses
}
