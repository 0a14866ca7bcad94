import { encodeFault } from '@shared/fault/fault-wire.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { PeerControl } from '../peer-door/peer-controls.ts'
import type { PeerArrival } from '../peer-door/peer-door.ts'
import { requestTarget } from '../forwarding/request-target.ts'
import { PEER_RPC_PATH } from './peer-workers.ts'
import type { WorkerLending } from './worker-lending.ts'

const LONGEST_NAME = 1024

/** What other members ask of this node to have layers of a model here. */
export const workerControls = (lending: WorkerLending): readonly PeerControl[] => [
  {
    method: 'POST',
    path: PEER_RPC_PATH,
    answer: refusing((request, { nodeId, server }) => {
      const wish = readWish(new URL(request.url).searchParams)
      server.letBeQuiet(request)
      return lending.lend(nodeId, wish, request.signal)
    }),
  },
  {
    method: 'WS',
    path: PEER_RPC_PATH,
    answer: refusing(async (request, { nodeId, server }) => {
      const workerId = requestTarget(request.url).path.slice(PEER_RPC_PATH.length + 1)
      const outlet = await lending.connect(nodeId, workerId)
      if (server.upgrade(request, { data: outlet, headers: new Headers() })) return new Response(null)
      outlet.cut('this is not the handshake of a WebSocket')
      throw new Fault('invalid_request', 'This is not the handshake of a WebSocket.')
    }),
  },
]

const readWish = (query: URLSearchParams): { readonly bytes: number; readonly model: string } => {
  const bytes = Number(query.get('bytes') ?? 'none')
  const model = query.get('model') ?? ''
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new Fault('invalid_request', `Invalid 'bytes': a number of bytes.`, { param: 'bytes' })
  }
  if (model.length > LONGEST_NAME) {
    throw new Fault('invalid_request', `Invalid 'model': a name of at most ${LONGEST_NAME} characters.`, {
      param: 'model',
    })
  }
  return { bytes, model }
}

/** Between routers a failure goes as it is, not in the words of a dialect. */
const refusing =
  (answer: (request: Request, arrival: PeerArrival) => Promise<Response>): PeerControl['answer'] =>
  async (request, arrival) => {
    try {
      return await answer(request, arrival)
    } catch (error) {
      const fault =
        error instanceof Fault
          ? error
          : new Fault('unavailable', 'A service of this node does not answer.', {
              retryAfterSeconds: 2,
              cause: error,
            })
      return Response.json({ fault: encodeFault(fault) }, { status: fault.status })
    }
  }
