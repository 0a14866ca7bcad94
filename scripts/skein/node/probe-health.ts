import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'

/** Asks a service for its health over its socket. @throws when it does not answer, or not with 200 */
export const probeHealth = async (socketPath: string, signal: AbortSignal): Promise<void> => {
  const response = await fetch(`http://localhost${INTERNAL_ROUTES.health}`, {
    unix: socketPath,
    signal,
    // A connection that is kept could be one to the process before a restart.
    keepalive: false,
  })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`health answered with status ${response.status}`)
}
