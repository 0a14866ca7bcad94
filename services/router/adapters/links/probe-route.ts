import { networkInterfaces } from 'node:os'
import type { LinkTrouble } from '../../policy/cluster/link-trouble.ts'
import { connectTrouble } from './dial-trouble.ts'
import type { ConnectFailure } from './dial-trouble.ts'
import { isNeighbour, lanInterfaces } from '../lan/lan-interfaces.ts'

/** Discard; to all but macOS nothing is sent there. */
const PORT = 9

/**
 * What the system says of the way to an IP address: `ENETUNREACH`, `EHOSTUNREACH`, …; undefined when there is one, which
 * does not mean that anybody is there. Asks the routing table alone; macOS tells only who sends, so there an empty
 * datagram is sent.
 */
export const probeRoute = async (host: string): Promise<string | undefined> => {
  try {
    const socket = await Bun.udpSocket({ connect: { hostname: host, port: PORT } })
    try {
      if (process.platform === 'darwin') socket.send('')
    } finally {
      socket.close()
    }
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : undefined
  }
}

/** Why nobody at that IP address took the connection. */
export const troubleOfConnect = async (
  host: string,
  { code, elapsedMs }: Pick<ConnectFailure, 'code' | 'elapsedMs'>,
): Promise<LinkTrouble> =>
  connectTrouble({
    code,
    elapsedMs,
    routeCode: await probeRoute(host),
    platform: process.platform,
    isNeighbour: lanInterfaces(networkInterfaces()).some((own) => isNeighbour(host, own)),
  })
