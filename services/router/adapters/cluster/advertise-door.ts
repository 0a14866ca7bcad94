import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { NodeIdentity } from './node-identity-file.ts'

export interface AdvertisedDoor {
  readonly listenHost: string
  readonly port: number
  readonly openIdentity: () => Promise<Pick<NodeIdentity, 'nodeId'>>
  readonly log: Log
}

/**
 * Tells apps of the local network where the public door is. That it cannot be told is no reason not to open it.
 * @returns says goodbye
 */
export const advertiseDoor = async ({
  listenHost,
  log,
  openIdentity,
  port,
}: AdvertisedDoor): Promise<() => Promise<void>> => {
  try {
    const { LanDoorAdvertisement } = await import('../lan/lan-door.ts')
    const { nodeId } = await openIdentity()
    const advertisement = new LanDoorAdvertisement({
      log,
      door: { nodeId, port, version: SKEIN_VERSION },
      listenHost,
    })
    await advertisement.start()
    return () => advertisement.stop()
  } catch (error) {
    log.warn({ err: error }, 'apps of the local network are not told of this node')
    return () => Promise.resolve()
  }
}
