import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'
import type { ServiceAddress } from '@shared/contracts/service-address.ts'

/** The public door shows nothing of the control plane; this route of it answers as long as the router lives. */
const DOOR_HEALTH = '/health'

/** Asks a service for its health. @throws when it does not answer, or not with 200 */
export const probeHealth = async (address: ServiceAddress, signal: AbortSignal): Promise<void> => {
  const url =
    address.type === 'unix' ? `http://localhost${INTERNAL_ROUTES.health}` : `${address.url}${DOOR_HEALTH}`
  const response = await fetch(url, {
    signal,
    // A connection that is kept could be one to the process before a restart.
    keepalive: false,
    ...(address.type === 'unix' ? { unix: address.path } : {}),
  })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`health answered with status ${response.status}`)
}
