import { Fault } from '@shared/fault/fault.ts'
import type { ClusterNode } from '../cluster/cluster-view.ts'
import { sendTwiceAtMost, serviceFault, signalOf } from '../forwarding/forward-request.ts'
import type { ForwardingPorts, RoutedRequest } from '../forwarding/forward-request.ts'
import { headersToPeer, headersToService } from '../forwarding/forwarded-headers.ts'
import { PeerUnreachable } from './peer-transport.ts'
import type { PeerTransport } from './peer-transport.ts'
import type { PlacedRequest } from '../forwarding/placed-request.ts'
import type { OutboundRequest } from '../forwarding/service-transport.ts'
import { settleTerms, waitForSlot } from '../forwarding/wait-for-slot.ts'
import type { SlotPorts } from '../forwarding/wait-for-slot.ts'

const NODE_RETRY_SECONDS = 2

/** What one node is asked; a lookup differs from its request in method, path and body. */
export interface NodeQuestion {
  readonly routed: RoutedRequest
  readonly placed: PlacedRequest
  /** Undefined: that of the request. */
  readonly method?: string
  /** Ends this question alone, beside what ends its request. */
  readonly signal?: AbortSignal
}

/** The head of what one node has answered; nothing of it has gone to the client yet. */
export interface NodeReply {
  readonly response: Response
  /** Of the question: aborted when its client left, or with the Fault that ended it. */
  readonly signal: AbortSignal
  /** Nobody wants the rest: the node may stop, and a slot of ours is free. */
  discard(): void
}

/**
 * Asks this node or another one, once. This node's answer waits in its queue where the route has one.
 * @throws Fault (its `cause` tells what happened), or the reason of the signal that fired
 */
export type AskNode = (
  node: Pick<ClusterNode, 'nodeId' | 'name' | 'isSelf'>,
  question: NodeQuestion,
) => Promise<NodeReply>

export interface AskNodePorts extends SlotPorts, Pick<ForwardingPorts, 'transport' | 'onUnreachable'> {
  readonly peers: Pick<PeerTransport, 'send'>
  /** The routes of the router itself. */
  readonly handleOwn: (request: Request) => Promise<Response>
}

export const createAskNode =
  (ports: AskNodePorts): AskNode =>
  async (node, question) => {
    const signal = signalOfQuestion(question)
    try {
      return await (node.isSelf ? askHere(ports, question, signal) : askThere(ports, node, question, signal))
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw node.isSelf ? serviceFault(question.routed.route.service, error) : peerFault(node.name, error)
    }
  }

const signalOfQuestion = ({ placed, routed, signal }: NodeQuestion): AbortSignal => {
  const ofRequest = signalOf(routed.visit, routed.request, placed)
  return signal === undefined ? ofRequest : AbortSignal.any([ofRequest, signal])
}

const askHere = async (
  ports: AskNodePorts,
  question: NodeQuestion,
  signal: AbortSignal,
): Promise<NodeReply> => {
  const { placed, routed } = question
  const { request, route, visit } = routed
  if (route.service === 'router') return askOwn(ports, question, signal)
  const release = await waitForSlot(ports, visit, { route, request, placed })
  const giveUp = (): void => {
    release()
    visit.queuedMs = undefined
  }
  try {
    const response = await sendTwiceAtMost(ports, route.service, {
      ...outboundOf(question, signal),
      headers: headersToService(request.headers, visit),
    })
    return replyOf(response, signal, giveUp)
  } catch (error) {
    giveUp()
    throw error
  }
}

const askOwn = async (
  { handleOwn }: AskNodePorts,
  question: NodeQuestion,
  signal: AbortSignal,
): Promise<NodeReply> => {
  const { request, target } = question.routed
  const { body, method } = outboundOf(question, signal)
  const url = new URL(target.pathAndQuery, request.url)
  const headers = request.headers
  // Bodies of our own routes are small: whoever asks them has read them whole.
  const asked = new Request(url.href, { method, headers, body: body instanceof Uint8Array ? body : null })
  return replyOf(await handleOwn(asked), signal)
}

const askThere = async (
  { peers }: AskNodePorts,
  { nodeId }: Pick<ClusterNode, 'nodeId'>,
  question: NodeQuestion,
  signal: AbortSignal,
): Promise<NodeReply> => {
  const { placed, routed } = question
  settleTerms(routed.visit, { placed, request: routed.request })
  const headers = headersToPeer(routed.request.headers, routed.visit)
  return replyOf(await peers.send(nodeId, { ...outboundOf(question, signal), headers }), signal)
}

const outboundOf = (
  { method, placed, routed: { target, visit } }: NodeQuestion,
  signal: AbortSignal,
): Omit<OutboundRequest, 'headers'> => ({
  method: method ?? visit.method,
  pathAndQuery: target.pathAndQuery,
  body: placed.body,
  signal,
})

const replyOf = (response: Response, signal: AbortSignal, release = (): void => undefined): NodeReply => ({
  response,
  signal,
  discard() {
    release()
    // It may have broken off already.
    response.body?.cancel().catch(() => undefined)
  },
})

/** Why a node gave no reply, in the caller's words. */
export const peerFault = (name: string, error: unknown): Fault => {
  if (error instanceof Fault) return error
  const message =
    error instanceof PeerUnreachable
      ? `The node '${name}' cannot be reached now. Try again in a moment.`
      : `The node '${name}' went away before it answered. Try again in a moment.`
  return new Fault('unavailable', message, { retryAfterSeconds: NODE_RETRY_SECONDS, cause: error })
}
