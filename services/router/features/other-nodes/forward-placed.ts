import { Fault } from '@shared/fault/fault.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { decisionNote, decisionReason } from '../../policy/placement/placement-words.ts'
import type { FailedTry } from '../../policy/placement/placement-words.ts'
import type { PlacementDecision, RankedCandidate } from '../../policy/placement/placement.ts'
import { RetryBudget } from '../../policy/retry-budget.ts'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'
import type { PlacementObserver } from '../placement/placement-observer.ts'
import type { NodePlacer, NodeWish, SentRequest } from '../placement/node-placer.ts'
import type { AskNode, NodeReply } from './ask-node.ts'
import type { Budget } from '../forwarding/budget.ts'
import type { ForwardRequest, RoutedRequest } from '../forwarding/forward-request.ts'
import { nobodyCan } from './nobody-can.ts'
import type { PlaceRequest } from '../forwarding/place-request.ts'
import { wishOf } from './placed-wish.ts'
import type { PrefixOf } from './placed-wish.ts'
import type { PlacedRequest } from '../forwarding/placed-request.ts'
import { relayReply } from '../forwarding/relay-reply.ts'
import { isOfLostNode, retryReasonOfFailure, retryReasonOfReply } from './retry-reason.ts'
import type { RetryReason } from './retry-reason.ts'
import type { ReaderPatience } from '../forwarding/unread-timer.ts'
import { UnreadBody } from './unread-body.ts'

const MOST_RETRIES = 2

export interface ForwardPlacedPorts {
  readonly view: ClusterView
  readonly placer: NodePlacer
  readonly prefixOf: PrefixOf
  /** Reads the body and finds the model, without a wait for a slot. */
  readonly readRequest: PlaceRequest
  /** The node that has what the body refers to; undefined: any will do. */
  readonly ownerOf: (routed: RoutedRequest, placed: PlacedRequest) => Promise<NodeId | undefined>
  readonly askNode: AskNode
  /** Requests that may be with services and nodes at the same time. */
  readonly connections: Budget
  readonly patience: ReaderPatience
  readonly observer: PlacementObserver
}

/** What came of asking one node. */
type Attempt = {
  readonly sent: SentRequest
  readonly reason: RetryReason | undefined
} & (
  | { readonly type: 'reply'; readonly reply: NodeReply }
  | { readonly type: 'failed'; readonly error: unknown }
)

/** Lets the node answer that will do so soonest, and another one while the client has got nothing yet. */
export const createForwardPlaced = (ports: ForwardPlacedPorts): ForwardRequest => {
  const budget = new RetryBudget()
  return async (routed) => {
    const { request, route, visit } = routed
    const placed = await ports.readRequest(visit, route, request)
    const onlyNode = routed.onlyNode ?? (await ports.ownerOf(routed, placed))
    visit.hold(ports.connections.take(1))
    budget.onRequest(ports.patience.clock.now())
    const wish = wishOf(ports.prefixOf, routed, placed, onlyNode)
    return new PlacedVisit(ports, routed, { placed, wish, budget }).run()
  }
}

interface PlacedParts {
  readonly placed: PlacedRequest
  readonly wish: NodeWish
  readonly budget: RetryBudget
}

/** One request on its way to one node after the other. */
class PlacedVisit {
  private readonly failed: (FailedTry & { readonly nodeId: NodeId })[] = []
  private readonly stream: UnreadBody | undefined

  constructor(
    private readonly ports: ForwardPlacedPorts,
    private readonly routed: RoutedRequest,
    private readonly parts: PlacedParts,
  ) {
    const { body } = parts.placed
    if (body instanceof ReadableStream) this.stream = new UnreadBody(body)
  }

  async run(): Promise<Response> {
    let decision = this.decide()
    this.ports.observer.onRejections(decision.rejections)
    for (;;) {
      const [choice] = decision.ranking
      if (choice === undefined) throw nobodyCan(this.parts.wish, decision.rejections)
      const node = this.nodeOf(choice)
      this.note(node, decision)
      const attempt = await this.ask(node)
      const next = this.nextAfter(attempt, node)
      if (next === undefined) return this.finish(attempt, node)
      end(attempt)
      decision = next
    }
  }

  private decide(): PlacementDecision {
    const { wish } = this.parts
    return this.ports.placer.decide({ ...wish, excluded: this.failed.map(({ nodeId }) => nodeId) })
  }

  private nodeOf({ nodeId, name }: RankedCandidate): Pick<ClusterNode, 'nodeId' | 'name' | 'isSelf'> {
    return { nodeId, name, isSelf: nodeId === this.ports.view.self.nodeId }
  }

  private note({ name }: Pick<ClusterNode, 'name'>, decision: PlacementDecision): void {
    const { visit } = this.routed
    visit.node = name
    visit.tries += 1
    visit.routeNote = decisionNote(decision, this.parts.wish.promptTokens, this.failed)
    this.ports.observer.onDecision(decision.policy, name, decisionReason(decision, this.failed))
  }

  private async ask(node: Pick<ClusterNode, 'nodeId' | 'name' | 'isSelf'>): Promise<Attempt> {
    const { placed, wish } = this.parts
    const sent = this.ports.placer.onSent(node.nodeId, wish)
    const body = this.stream?.open() ?? placed.body
    try {
      const reply = await this.ports.askNode(node, { routed: this.routed, placed: { ...placed, body } })
      return { type: 'reply', sent, reply, reason: retryReasonOfReply(reply.response) }
    } catch (error) {
      return { type: 'failed', sent, error, reason: retryReasonOfFailure(error) }
    }
  }

  /** The decision for another try; undefined: what came of this one is for the client. */
  private nextAfter(
    { reason }: Attempt,
    { name, nodeId }: Pick<ClusterNode, 'nodeId' | 'name'>,
  ): PlacementDecision | undefined {
    if (reason === undefined || this.failed.length >= MOST_RETRIES) return undefined
    if (this.stream !== undefined && !this.stream.isUnread) return undefined
    this.failed.push({ name, nodeId, reason })
    const next = this.decide()
    if (next.ranking.length === 0 || !this.mayTryAgain(reason)) return undefined
    this.ports.observer.onRetry(reason)
    return next
  }

  private mayTryAgain(reason: RetryReason): boolean {
    return isOfLostNode(reason) || this.parts.budget.take(this.ports.patience.clock.now())
  }

  private async finish(
    attempt: Attempt,
    { isSelf, name }: Pick<ClusterNode, 'name' | 'isSelf'>,
  ): Promise<Response> {
    const { route, visit } = this.routed
    const { sent } = attempt
    if (attempt.type === 'failed') {
      end(attempt)
      throw attempt.error
    }
    const { response, signal } = attempt.reply
    try {
      return await relayReply(visit, route, response, {
        signal,
        patience: this.ports.patience,
        ...(isSelf ? {} : { from: name }),
        watch: {
          onFirstByte: () => sent.onFirstByte(),
          onEnd: (how) => sent.onEnd(how === 'answered' ? outcomeOf(attempt) : END_OF[how]),
        },
      })
    } catch (error) {
      sent.onEnd(signal.aborted ? 'abandoned' : 'failed')
      throw signal.aborted ? signal.reason : brokenOff(isSelf ? undefined : name, error)
    }
  }
}

const END_OF = { 'client-left': 'abandoned', broken: 'failed' } as const

/** A node that is only full, or has another catalogue, is a good node. */
const GOOD: readonly (RetryReason | undefined)[] = [undefined, 'queue full', 'model gone', 'overloaded']

const outcomeOf = ({ reason }: Attempt): Parameters<SentRequest['onEnd']>[0] => {
  if (reason === 'unreachable') return 'unreachable'
  return GOOD.includes(reason) ? 'answered' : 'failed'
}

/** The attempt is over, and nobody is told of its reply. */
const end = (attempt: Attempt): void => {
  const isLeft = attempt.type === 'failed' && attempt.reason === undefined
  attempt.sent.onEnd(isLeft ? 'abandoned' : outcomeOf(attempt))
  if (attempt.type === 'reply') attempt.reply.discard()
}

const brokenOff = (node: string | undefined, cause: unknown): Fault => {
  const who = node === undefined ? 'The service of this node' : `The node '${node}'`
  return new Fault('unavailable', `${who} went away in the middle of its answer. Try again in a moment.`, {
    retryAfterSeconds: 2,
    cause,
  })
}
