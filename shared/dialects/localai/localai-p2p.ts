/** A machine in LocalAI's lists of its network. */
export interface LocalaiPeer {
  readonly name: string
  readonly id: string
  /** `host:port`; '' when it has told none. */
  readonly address: string
  /** Unix milliseconds; undefined: never. */
  readonly lastSeenAt: number | undefined
  readonly isOnline: boolean
}

export interface LocalaiNetwork {
  /** Members of the cluster. */
  readonly federated: readonly LocalaiPeer[]
  /** Those that lend their memory to llama.cpp elsewhere. */
  readonly workers: readonly LocalaiPeer[]
}

const FEDERATED = 'federated'
const WORKER = 'worker'

/** `GET /api/p2p`. There are never MLX workers: Skein does not divide models that way. */
export const encodeLocalaiP2p = ({ federated, workers }: LocalaiNetwork) => ({
  llama_cpp_nodes: workers.map((peer) => encodePeer(peer, WORKER)),
  federated_nodes: federated.map((peer) => encodePeer(peer, FEDERATED)),
  mlx_nodes: [],
})

/** `GET /api/p2p/workers` */
export const encodeLocalaiWorkers = ({ workers }: LocalaiNetwork) => {
  const nodes = workers.map((peer) => encodePeer(peer, WORKER))
  return { llama_cpp: { nodes }, mlx: { nodes: [] }, nodes }
}

/** `GET /api/p2p/federation` */
export const encodeLocalaiFederation = ({ federated }: LocalaiNetwork) => ({
  nodes: federated.map((peer) => encodePeer(peer, FEDERATED)),
})

/** `GET /api/p2p/stats` */
export const encodeLocalaiP2pStats = ({ federated, workers }: LocalaiNetwork) => ({
  llama_cpp_workers: countOf(workers),
  federated: countOf(federated),
  mlx_workers: countOf([]),
})

const countOf = (peers: readonly LocalaiPeer[]) => ({
  online: peers.filter(({ isOnline }) => isOnline).length,
  total: peers.length,
})

/** Its wire has one spelling and its documentation the other: both are sent. */
const encodePeer = ({ address, id, isOnline, lastSeenAt, name }: LocalaiPeer, serviceId: string) => {
  // What Go writes for a time that never was.
  const lastSeen = lastSeenAt === undefined ? '0001-01-01T00:00:00Z' : new Date(lastSeenAt).toISOString()
  return {
    Name: name,
    ID: id,
    TunnelAddress: address,
    ServiceID: serviceId,
    LastSeen: lastSeen,
    name,
    id,
    tunnelAddress: address,
    serviceID: serviceId,
    lastSeen,
    isOnline,
  }
}
