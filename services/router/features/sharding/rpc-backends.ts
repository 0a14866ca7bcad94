import { RPC_WORKER_ROUTES } from '@shared/contracts/rpc-worker.ts'
import type { RpcBackend } from '@shared/contracts/rpc-worker.ts'
import type { NodeBackend } from '../../policy/cluster/node-topics.ts'
import type { ServiceTransport } from '../forwarding/service-transport.ts'

const ANSWER_TIMEOUT_MS = 5000

/** What this node announces of its RPC worker; empty where there is none. Rejects while the chat service cannot be asked. */
export const fetchRpcBackends = async (
  services: Pick<ServiceTransport, 'send'>,
): Promise<readonly NodeBackend[]> => {
  const reply = await services.send('chat', {
    method: 'GET',
    pathAndQuery: RPC_WORKER_ROUTES.backend,
    headers: new Headers(),
    body: null,
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  })
  if (!reply.ok) {
    await reply.body?.cancel()
    return []
  }
  // Both ends of the control plane are built from the types of shared/contracts.
  const { name, version } = (await reply.json()) as RpcBackend
  return [{ name, version, digest: null }]
}
