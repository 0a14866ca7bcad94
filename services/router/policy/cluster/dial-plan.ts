import type { ClusterRules } from './cluster-rules.ts'
import type { NodeId } from './node-id.ts'

interface DialState {
  failures: number
  dueAtMs: number
  /** Since when a dial is under way; undefined: none is. */
  dialledAtMs: number | undefined
  endedAtMs: number
}

/** When to try to reach whom. Both ends of a missing link may try at the same time. */
export class DialPlan {
  private readonly states = new Map<NodeId, DialState>()

  constructor(
    private readonly rules: ClusterRules,
    private readonly random: () => number,
  ) {}

  /** There is a new reason to believe that the node can be reached. A storm of reasons does not make a storm of dials. */
  wake(nodeId: NodeId, nowMs: number): void {
    const state = this.states.get(nodeId)
    if (state === undefined) return
    state.failures = 0
    state.dueAtMs = Math.min(state.dueAtMs, Math.max(nowMs, state.endedAtMs + this.rules.firstRetryMs))
  }

  /** No dial under way has led to it, or it did: there is a link. */
  onLink(nodeId: NodeId, nowMs: number): void {
    const state = this.states.get(nodeId)
    if (state !== undefined) this.end(state, nowMs)
  }

  onFailed(nodeId: NodeId, nowMs: number): void {
    const state = this.states.get(nodeId)
    if (state === undefined) return
    this.end(state, nowMs)
    this.putOff(state, nowMs)
  }

  /** @param livedMs how long the link was up: one that ends at once is no better than none */
  onLinkDown(nodeId: NodeId, livedMs: number, nowMs: number): void {
    const state = this.states.get(nodeId)
    if (state === undefined) return
    if (livedMs >= this.rules.steadyLinkMs) state.failures = 0
    this.end(state, nowMs)
    this.putOff(state, nowMs)
  }

  /** @param wanted members without a link that have an address @returns those to dial now; they count as dialled */
  due(
    wanted: readonly { readonly nodeId: NodeId; readonly yields: boolean }[],
    nowMs: number,
  ): readonly NodeId[] {
    for (const { nodeId, yields } of wanted) this.meet(nodeId, yields, nowMs)
    for (const state of this.states.values()) this.giveUp(state, nowMs)
    const underWay = [...this.states.values()].filter(({ dialledAtMs }) => dialledAtMs !== undefined).length
    return wanted
      .flatMap(({ nodeId }) => {
        const state = this.states.get(nodeId)
        return state === undefined || state.dialledAtMs !== undefined || state.dueAtMs > nowMs
          ? []
          : [{ nodeId, state }]
      })
      .toSorted((left, right) => left.state.dueAtMs - right.state.dueAtMs)
      .slice(0, Math.max(0, this.rules.dialsAtOnce - underWay))
      .map(({ nodeId, state }) => {
        state.dialledAtMs = nowMs
        return nodeId
      })
  }

  forget(nodeId: NodeId): void {
    this.states.delete(nodeId)
  }

  private meet(nodeId: NodeId, yields: boolean, nowMs: number): void {
    if (this.states.has(nodeId)) return
    const dueAtMs = yields ? nowMs + this.rules.yieldMs : nowMs
    this.states.set(nodeId, {
      failures: 0,
      dueAtMs,
      dialledAtMs: undefined,
      endedAtMs: Number.NEGATIVE_INFINITY,
    })
  }

  private giveUp(state: DialState, nowMs: number): void {
    if (state.dialledAtMs === undefined || nowMs - state.dialledAtMs < this.rules.dialPatienceMs) return
    this.end(state, nowMs)
    this.putOff(state, nowMs)
  }

  private end(state: DialState, nowMs: number): void {
    state.dialledAtMs = undefined
    state.endedAtMs = nowMs
  }

  /** 250 ms, 500 ms, 1 s … 5 s, each shortened by up to a half, so that the two ends do not keep step. */
  private putOff(state: DialState, nowMs: number): void {
    const longest = Math.min(
      this.rules.longestRetryMs,
      this.rules.firstRetryMs * 2 ** Math.min(state.failures, 30),
    )
    state.failures += 1
    state.dueAtMs = nowMs + longest * (0.5 + this.random() / 2)
  }
}
