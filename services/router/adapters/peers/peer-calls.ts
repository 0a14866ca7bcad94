import { PeerLost } from '../../features/other-nodes/peer-transport.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'

/** Calls that listener whenever the link to the node goes down. @returns ends it */
export type OnNodeDown = (nodeId: NodeId, listener: () => void) => () => void

/** One request that is with another node. */
export interface PeerCall {
  /** Fires with the reason of the caller, or with PeerLost when the node is declared down. */
  readonly signal: AbortSignal
  /** The last byte is here, or nobody waits for it any more. */
  close(): void
}

interface NodeCalls {
  readonly open: Set<AbortController>
  readonly unsubscribe: () => void
}

/** The calls that are under way, so that those to a node that goes down end at once: a hung node never says that it hangs. */
export class PeerCalls {
  private readonly nodes = new Map<NodeId, NodeCalls>()

  constructor(private readonly onNodeDown: OnNodeDown) {}

  open(nodeId: NodeId, from: AbortSignal | undefined): PeerCall {
    const controller = new AbortController()
    const calls = this.nodes.get(nodeId) ?? this.watch(nodeId)
    calls.open.add(controller)
    const abort = (): void => controller.abort(from?.reason)
    // Not `AbortSignal.any`: that keeps the call alive as long as the caller's signal lives.
    from?.addEventListener('abort', abort, { once: true })
    if (from?.aborted === true) abort()
    return {
      signal: controller.signal,
      close: () => {
        from?.removeEventListener('abort', abort)
        calls.open.delete(controller)
        if (calls.open.size === 0) this.forget(nodeId, calls)
      },
    }
  }

  private watch(nodeId: NodeId): NodeCalls {
    const open = new Set<AbortController>()
    const unsubscribe = this.onNodeDown(nodeId, () => {
      for (const controller of open) {
        controller.abort(new PeerLost(nodeId, new Error('The link to the node is down')))
      }
    })
    const calls = { open, unsubscribe }
    this.nodes.set(nodeId, calls)
    return calls
  }

  private forget(nodeId: NodeId, calls: NodeCalls): void {
    if (this.nodes.get(nodeId) !== calls) return
    this.nodes.delete(nodeId)
    calls.unsubscribe()
  }
}
