import type { HeldGrant } from '@shared/contracts/held-grant.ts'
import type { NodeMemory } from '@shared/contracts/memory-lease.ts'
import type { ShardGrant, ShardNeeds } from '@shared/contracts/shard-plan.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { planShards } from '../../policy/sharding/plan-shards.ts'
import type { PlannedWorker, ShardPlan } from '../../policy/sharding/planned-shards.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import type { PeerTransport } from '../other-nodes/peer-transport.ts'
import { borrowWorker, dialWorker } from './peer-workers.ts'
import type { PeerWorkerGrant } from './peer-workers.ts'
import type { OpenRpcInlet, RpcInlet } from './rpc-tunnel.ts'
import { noOtherNodes, noShardsFault } from './shard-fault.ts'
import { shardNodesOf } from './shard-nodes.ts'

export interface ShardDeskPorts {
  readonly view: Pick<ClusterView, 'nodes' | 'self'>
  readonly peers: Pick<PeerTransport, 'send' | 'dial'>
  readonly openInlet: OpenRpcInlet
  /** Of this node. Rejects while model-store cannot be asked. */
  readonly fetchMemory: () => Promise<NodeMemory>
  readonly clock: RouterClock
  readonly log: Log
}

/** Layers of one model on other nodes, and the ways to them. */
export interface OpenShards {
  readonly grant: ShardGrant
  /** Resolves, never rejects, with the reason, when one of the nodes is lost or all was given back. */
  readonly ended: Promise<string>
  /** Gives everything back, on all nodes. Idempotent. */
  release(): void
}

type GoodPlan = Extract<ShardPlan, { readonly type: 'plan' }>

interface BorrowedWorker {
  readonly worker: PlannedWorker
  readonly held: HeldGrant<PeerWorkerGrant>
  readonly inlet: RpcInlet
}

/** Spreads models of this node over other nodes. */
export class ShardDesk {
  readonly #open = new Set<OpenShards>()

  constructor(private readonly ports: ShardDeskPorts) {}

  /** How it would be done now. Changes nothing. Models that nobody works with make room only where it takes that. */
  async plan(wish: ShardNeeds, failed: readonly NodeId[] = []): Promise<ShardPlan> {
    const { fetchMemory, view } = this.ports
    const ownMemory = await fetchMemory().catch(() => undefined)
    const planWith = (countsIdle: boolean): ShardPlan =>
      planShards({ wish, failed, ...shardNodesOf(view, wish.model, ownMemory, countsIdle) })
    const plan = planWith(false)
    if (plan.type !== 'impossible') return plan
    const roomier = planWith(true)
    return roomier.type === 'plan' ? roomier : plan
  }

  /**
   * Borrows what the plan says; without the nodes that refuse, planned anew.
   * @throws Fault `not_found` where there are no other nodes, `overloaded` with the reason when it cannot be
   */
  async open(wish: ShardNeeds, signal: AbortSignal): Promise<OpenShards> {
    if (this.ports.view.nodes.length < 2) throw noOtherNodes()
    const failed: NodeId[] = []
    for (;;) {
      const plan = await this.plan(wish, failed)
      if (plan.type !== 'plan') throw noShardsFault(plan)
      const { refused, workers } = await this.#borrowAll(plan, wish, signal)
      if (refused.length === 0 && !signal.aborted) return this.#keep(plan, workers)
      for (const worker of workers) letGo(worker)
      signal.throwIfAborted()
      failed.push(...refused)
    }
  }

  close(): void {
    for (const open of this.#open) open.release()
  }

  async #borrowAll(
    plan: GoodPlan,
    wish: ShardNeeds,
    signal: AbortSignal,
  ): Promise<{ readonly workers: readonly BorrowedWorker[]; readonly refused: readonly NodeId[] }> {
    const outcomes = await Promise.all(plan.workers.map((worker) => this.#borrow(worker, wish, signal)))
    return {
      workers: outcomes.flatMap((borrowed) => borrowed ?? []),
      refused: plan.workers.flatMap(({ nodeId }, index) => (outcomes[index] === undefined ? [nodeId] : [])),
    }
  }

  async #borrow(
    worker: PlannedWorker,
    { model }: ShardNeeds,
    signal: AbortSignal,
  ): Promise<BorrowedWorker | undefined> {
    const { bytes, name, nodeId } = worker
    try {
      const held = await borrowWorker(this.ports, nodeId, { bytes, model }, signal)
      const dial = () => dialWorker(this.ports, nodeId, held.grant.workerId)
      return { worker, held, inlet: await this.ports.openInlet(dial) }
    } catch (error) {
      this.ports.log.warn({ err: error, model, node: name, bytes }, 'a node did not lend memory')
      return undefined
    }
  }

  #keep(plan: GoodPlan, workers: readonly BorrowedWorker[]): OpenShards {
    const ended = Promise.withResolvers<string>()
    const release = (reason = 'it was given back'): void => {
      if (!this.#open.delete(open)) return
      for (const worker of workers) letGo(worker)
      ended.resolve(reason)
    }
    const { localBytes, localLayers, size, words } = plan
    const open: OpenShards = {
      grant: {
        size,
        localLayers,
        localBytes,
        workers: workers.map(({ inlet, worker: { layers } }) => ({ endpoint: inlet.endpoint, layers })),
        words,
      },
      ended: ended.promise,
      release: () => release(),
    }
    this.#open.add(open)
    for (const { held, inlet, worker } of workers) {
      const lose = (reason: string): void =>
        release(`${worker.name}, which held a part of the model, is lost: ${reason}`)
      void held.ended.then(lose)
      void inlet.broken.then(lose)
    }
    return open
  }
}

const letGo = ({ held, inlet }: BorrowedWorker): void => {
  inlet.close()
  held.release()
}
