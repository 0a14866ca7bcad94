import { Fault } from '@shared/fault/fault.ts'
import type { PeerNetworkOptions } from '../../features/cluster/peer-network.ts'

type Place = Pick<PeerNetworkOptions, 'linkPort' | 'listenHost'>

/** Why nobody could listen there, with what to do; what is not known stays as it is. */
export const listenFault = (error: unknown, { linkPort, listenHost }: Place): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return new Fault(
      'conflict',
      `Port ${linkPort} for links between nodes is taken. End the program that holds it, or set CLUSTER_LINK_PORT to another.`,
      { cause: error },
    )
  if (code === 'EADDRNOTAVAIL')
    return new Fault(
      'conflict',
      `${listenHost} is no address of this machine. Set CLUSTER_LISTEN_HOST to one of them, or to 0.0.0.0.`,
      { cause: error },
    )
  return error
}
