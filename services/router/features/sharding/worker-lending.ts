import { heldReply, readHeldReply } from '@shared/contracts/held-grant.ts'
import type { HeldGrant } from '@shared/contracts/held-grant.ts'
import { RPC_WORKER_ROUTES } from '@shared/contracts/rpc-worker.ts'
import type { RpcWorkerGrant, RpcWorkerRequest } from '@shared/contracts/rpc-worker.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ServiceTransport } from '../forwarding/service-transport.ts'
import type { PeerWorkerGrant } from './peer-workers.ts'
import type { ConnectRpcOutlet, RpcOutlet } from './rpc-tunnel.ts'

export interface WorkerLendingPorts {
  readonly services: Pick<ServiceTransport, 'send'>
  readonly connect: ConnectRpcOutlet
  readonly isDraining: () => boolean
  readonly clock: RouterClock
  readonly createId: () => string
  readonly log: Log
}

/** A worker of this node that another node has. */
interface Lent {
  readonly borrower: NodeId
  readonly held: HeldGrant<RpcWorkerGrant>
  readonly outlets: Set<RpcOutlet>
  /** Set while nobody is connected. */
  stopTimer: () => void
}

/** Who is not connected for so long has forgotten what it borrowed, or cannot come back. */
const UNUSED_FOR_TOO_LONG_MS = 60_000

/** Memory of this node for models of other nodes: the chat service runs the workers, here are the ways to them. */
export class WorkerLending {
  readonly #lent = new Map<string, Lent>()

  constructor(private readonly ports: WorkerLendingPorts) {}

  /** The reply stays open as long as the worker is lent. @throws Fault as the chat service says */
  async lend(borrower: NodeId, request: RpcWorkerRequest, signal: AbortSignal): Promise<Response> {
    const { clock, createId, isDraining, log, services } = this.ports
    if (isDraining()) throw new Fault('unavailable', 'This node finishes what it has and takes nothing new.')
    const reply = await services.send('chat', {
      method: 'POST',
      pathAndQuery: RPC_WORKER_ROUTES.lend,
      headers: new Headers({ 'content-type': 'application/json' }),
      body: new TextEncoder().encode(JSON.stringify(request)),
      signal,
    })
    const held = await readHeldReply<RpcWorkerGrant>(reply, clock)
    const workerId = createId()
    const lent: Lent = { borrower, held, outlets: new Set(), stopTimer: () => undefined }
    this.#lent.set(workerId, lent)
    this.#giveUpUnlessUsed(lent)
    log.info({ borrower, ...request }, 'a worker is lent to another node')
    const ended = held.ended.then((reason) => {
      this.#forget(workerId, lent)
      log.info({ borrower, reason }, 'a worker is no longer lent')
      return reason
    })
    const grant: PeerWorkerGrant = { workerId }
    return heldReply(grant, { ended, onLeft: () => held.release(), signal }, clock)
  }

  /** A way to a worker, for the node that has borrowed it. @throws Fault `not_found`, `unavailable` */
  async connect(borrower: NodeId, workerId: string): Promise<RpcOutlet> {
    const lent = this.#lent.get(workerId)
    if (lent === undefined || lent.borrower !== borrower) {
      throw new Fault('not_found', 'This node has lent no such worker to you.')
    }
    lent.stopTimer()
    const ended = Promise.withResolvers<void>()
    const outlet = await this.ports.connect(lent.held.grant.port, ended.resolve).catch((error: unknown) => {
      this.#giveUpUnlessUsed(lent)
      throw new Fault('unavailable', 'The worker does not answer.', { cause: error })
    })
    lent.outlets.add(outlet)
    void ended.promise.then(() => {
      lent.outlets.delete(outlet)
      this.#giveUpUnlessUsed(lent)
    })
    return outlet
  }

  close(): void {
    for (const { held } of this.#lent.values()) held.release()
  }

  #giveUpUnlessUsed(lent: Lent): void {
    lent.stopTimer()
    if (lent.outlets.size > 0) return
    lent.stopTimer = this.ports.clock.after(UNUSED_FOR_TOO_LONG_MS, () => lent.held.release())
  }

  #forget(workerId: string, lent: Lent): void {
    this.#lent.delete(workerId)
    lent.stopTimer()
    for (const outlet of lent.outlets) outlet.cut('the worker has ended')
    // Their ends have set it again.
    lent.stopTimer()
  }
}
