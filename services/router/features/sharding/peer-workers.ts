import { readHeldReply } from '@shared/contracts/held-grant.ts'
import type { HeldGrant } from '@shared/contracts/held-grant.ts'
import type { RpcWorkerRequest } from '@shared/contracts/rpc-worker.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import { PEER_CONTROL_PREFIX } from '../peer-door/peer-controls.ts'
import type { PeerTransport } from '../other-nodes/peer-transport.ts'
import type { DialledSocket } from '../forwarding/service-transport.ts'

/** Where members borrow a worker (POST), and connect to the one that they have (WebSocket, with its id behind it). */
export const PEER_RPC_PATH = `${PEER_CONTROL_PREFIX}rpc`

/** A worker of another node, lent to this one. */
export interface PeerWorkerGrant {
  readonly workerId: string
}

export interface PeerWorkersPorts {
  readonly peers: Pick<PeerTransport, 'send' | 'dial'>
  readonly clock: RouterClock
}

/** @throws Fault as the other node says, PeerUnreachable */
export const borrowWorker = async (
  { clock, peers }: PeerWorkersPorts,
  nodeId: NodeId,
  { bytes, model }: RpcWorkerRequest,
  signal: AbortSignal,
): Promise<HeldGrant<PeerWorkerGrant>> => {
  const query = new URLSearchParams({ bytes: String(bytes), model })
  const reply = await peers.send(nodeId, {
    method: 'POST',
    pathAndQuery: `${PEER_RPC_PATH}?${query}`,
    headers: new Headers(),
    body: null,
    signal,
  })
  return readHeldReply(reply, clock)
}

/** @throws Fault `unavailable` when the worker is gone, PeerUnreachable */
export const dialWorker = async (
  { peers }: PeerWorkersPorts,
  nodeId: NodeId,
  workerId: string,
): Promise<DialledSocket> => {
  const dialled = await peers.dial(nodeId, {
    pathAndQuery: `${PEER_RPC_PATH}/${encodeURIComponent(workerId)}`,
    headers: new Headers(),
    protocols: [],
  })
  if (!(dialled instanceof Response)) return dialled
  await dialled.body?.cancel()
  throw new Fault('unavailable', 'The worker of the other node is gone.')
}
