import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'
import type { ServiceAddress } from '@shared/contracts/service-address.ts'

/** Asks a service for its health. @throws when it does not answer, or not with 200 */
export const probeHealth = async (address: ServiceAddress, signal: AbortSignal): Promise<void> => {
  const base = address.type === 'unix' ? 'http://localhost' : address.url
  const response = await fetch(base + INTERNAL_ROUTES.health, {
    signal,
    // A connection that is kept could be one to the process before a restart.
    keepalive: false,
    ...(address.type === 'unix' ? { unix: address.path } : {}),
  })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`health answered with status ${response.status}`)
}
