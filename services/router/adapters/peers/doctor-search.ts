import type { Log } from '@shared/log/create-log.ts'
import type { Sighting } from '../../features/cluster/peer-network.ts'

/** Who answers a question to the whole local network within that time; for nodes whose own sockets do not ask. */
export const searchLan = async (log: Log, withinMs: number): Promise<readonly Sighting[]> => {
  const { findNodes } = await import('../lan/lan-discovery.ts')
  const found: Sighting[] = []
  const signal = AbortSignal.timeout(withinMs)
  // Without multicast nobody is found; that is what the doctor wants to know.
  await findNodes({ log, signal, onSighting: (sighting) => void found.push(sighting) }).catch(() => undefined)
  return found
}
