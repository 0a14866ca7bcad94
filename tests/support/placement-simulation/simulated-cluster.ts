import { ClusterPlacer } from '@service/router/features/placement/cluster-placer.ts'
import type { NodeWish, SentRequest } from '@service/router/features/placement/node-placer.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { PlacementPolicy } from '@service/router/policy/placement/placement.ts'
import { SeededRandom } from '../gguf/seeded-random.ts'
import { clusterNodeFor } from './cluster-node-for.ts'
import { MODEL, nodeIdOf, wishFor } from './placement-candidate.ts'
import type { EngineOptions } from './simulated-engine.ts'
import { chainOf } from './simulated-prompt.ts'
import type { SimulatedPrompt } from './simulated-prompt.ts'
import { SimulatedNode } from './simulated-node.ts'
import { SimulatedView } from './simulated-view.ts'
import { VirtualTime } from './virtual-time.ts'

export interface SimulatedRequest {
  /** Node whose door it comes to. */
  readonly entry: number
  readonly prompt: SimulatedPrompt
  readonly answerTokens: number
}

/** What became of one. */
export interface SimulatedVisit extends SimulatedRequest {
  readonly arrivedAtMs: number
  /** Where it was answered; undefined while it is not. */
  node: number | undefined
  readonly tried: number[]
  /** Requests that the node which it came to first really had, more than the one that had the fewest. */
  excess: number
  firstTokenMs: number | undefined
  cachedTokens: number
  doneAtMs: number | undefined
}

export interface SimulationOptions {
  readonly engines: readonly EngineOptions[]
  readonly policy: PlacementPolicy
  readonly seed: number
  /** The first so many nodes have an open door. */
  readonly entries: number
  /** Nodes tell their load no more often than this. */
  readonly announceEveryMs: number
  readonly rttMs: number
  readonly onEnd?: (visit: SimulatedVisit) => void
}

const MOST_TRIES = 3
/** How soon a machine says that nobody listens. */
const REFUSED_AFTER_MS = 2

/** Many routers with the real placement, engines that are modelled, and a network that takes its time. */
export class SimulatedCluster {
  readonly time = new VirtualTime()
  readonly visits: SimulatedVisit[] = []
  readonly nodes: readonly SimulatedNode[]
  private readonly views: readonly SimulatedView[]
  private readonly placers: readonly ClusterPlacer[]
  private readonly numbers = new Map<NodeId, number>()

  constructor(private readonly options: SimulationOptions) {
    const { engines, seed } = options
    const random = new SeededRandom(seed)
    this.nodes = engines.map(
      (engine, number) => new SimulatedNode(engine, this.time, () => this.announce(number)),
    )
    for (const number of engines.keys()) this.numbers.set(nodeIdOf(number), number)
    this.views = engines.slice(0, options.entries).map((_, own) => this.viewOf(own))
    this.placers = this.views.map((view, own) => this.placerOf(own, view, random))
  }

  send(request: SimulatedRequest): void {
    const visit: SimulatedVisit = {
      ...request,
      arrivedAtMs: this.time.now(),
      node: undefined,
      tried: [],
      excess: 0,
      firstTokenMs: undefined,
      cachedTokens: 0,
      doneAtMs: undefined,
    }
    this.visits.push(visit)
    this.place(visit)
  }

  /** The link to it stays up for so long: nobody knows yet. */
  kill(number: number, noticedAfterMs: number): void {
    this.nodes[number]?.die()
    this.time.after(noticedAfterMs, () => this.setLinks(number, 'down'))
  }

  revive(number: number): void {
    this.nodes[number]?.comeBack()
    this.setLinks(number, 'up')
  }

  private setLinks(number: number, link: 'up' | 'down'): void {
    for (const [own, view] of this.views.entries()) if (own !== number) view.setLink(nodeIdOf(number), link)
  }

  private viewOf(own: number): SimulatedView {
    const nodes = this.nodes.map((node, number) => ({
      ...clusterNodeFor(number, number === own, node.topics),
      rttMs: number === own ? 0 : this.options.rttMs,
    }))
    const self = nodes[own]
    return new SimulatedView(self === undefined ? nodes : [self, ...nodes.filter((node) => node !== self)])
  }

  private placerOf(own: number, view: SimulatedView, random: SeededRandom): ClusterPlacer {
    return new ClusterPlacer({
      view,
      policy: this.options.policy,
      ownTopics: () => this.nodes[own]?.topics ?? {},
      random: () => random.uniform(),
      clock: this.time,
      sayPrefixes: (model, hashes) =>
        void this.time.after(this.options.rttMs / 2, () => {
          for (const placer of this.placers) placer.onPrefixes(nodeIdOf(own), model, hashes)
        }),
    })
  }

  private announce(number: number): void {
    const node = this.nodes[number]
    if (node === undefined || node.isTelling) return
    node.isTelling = true
    this.time.after(this.options.announceEveryMs, () => {
      node.isTelling = false
      if (!node.isAlive) return
      const { load } = node
      this.time.after(this.options.rttMs / 2, () => {
        for (const view of this.views) view.tell(nodeIdOf(number), 'load', load)
      })
    })
  }

  private place(visit: SimulatedVisit): void {
    const placer = this.placers[visit.entry]
    const wish: NodeWish = {
      ...wishFor({ promptTokens: visit.prompt.tokens, answerTokens: visit.answerTokens }),
      excluded: visit.tried.map(nodeIdOf),
      prefix: chainOf(visit.prompt),
    }
    const choice = placer?.decide(wish).ranking[0]
    if (placer === undefined || choice === undefined) return
    const number = this.numbers.get(choice.nodeId) ?? 0
    visit.tried.push(number)
    const sent = placer.onSent(choice.nodeId, wish)
    this.time.after(this.oneWayMs(visit, number), () => this.arrive(visit, number, sent, wish))
  }

  private fewestBusy(): number {
    return Math.min(...this.nodes.filter(({ isAlive }) => isAlive).map(({ engine }) => engine.busyCount))
  }

  private oneWayMs(visit: SimulatedVisit, number: number): number {
    return number === visit.entry ? 0 : this.options.rttMs / 2
  }

  private arrive(visit: SimulatedVisit, number: number, sent: SentRequest, wish: NodeWish): void {
    const node = this.nodes[number]
    if (node === undefined || !node.isAlive) {
      this.time.after(REFUSED_AFTER_MS, () => {
        sent.onEnd('unreachable')
        if (visit.tried.length < MOST_TRIES) this.place(visit)
      })
      return
    }
    visit.excess = node.engine.busyCount - this.fewestBusy()
    if (number !== visit.entry && wish.prefix !== undefined)
      this.placers[number]?.onWorked(MODEL, wish.prefix)
    node.engine.take({
      prompt: visit.prompt,
      answerTokens: visit.answerTokens,
      onFirstToken: (cachedTokens) => {
        visit.cachedTokens = cachedTokens
        this.time.after(this.oneWayMs(visit, number), () => {
          visit.firstTokenMs = this.time.now() - visit.arrivedAtMs
          visit.node = number
          sent.onFirstByte()
        })
      },
      onEnd: () => {
        this.time.after(this.oneWayMs(visit, number), () => {
          visit.doneAtMs = this.time.now()
          sent.onEnd('answered')
          this.options.onEnd?.(visit)
        })
      },
    })
  }
}
