import type { NodeId } from '../../policy/cluster/node-id.ts'
import { NewestEntries } from '../../policy/newest-entries.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'
import type { RouteTable } from '../routing/route-table.ts'
import type { AskNode, NodeReply } from './ask-node.ts'
import type { RoutedRequest } from '../forwarding/forward-request.ts'

/** Who has not begun to answer by then is taken for one that does not have it. */
const ANSWER_WITHIN_MS = 10_000
/** Of so many things that are on other nodes it is known where. */
const MOST_REMEMBERED = 4096

export interface FindOwnerPorts {
  readonly view: ClusterView
  readonly askNode: AskNode
  readonly table: () => RouteTable
  readonly clock: RouterClock
}

/** A node and what it answered. */
export interface Found {
  readonly node: ClusterNode
  readonly reply: NodeReply
}

/** Asks one node something; the signal ends that question alone. */
export type AskOne = (node: ClusterNode, signal: AbortSignal) => Promise<NodeReply>

/** Finds the node that has what an id names, and keeps that in mind. */
export class OwnerFinder {
  private readonly owners = new NewestEntries<NodeId>(MOST_REMEMBERED)

  constructor(private readonly ports: FindOwnerPorts) {}

  /** Other nodes that can be asked, the one that had it last first. */
  others(path: string): readonly ClusterNode[] {
    const remembered = this.owners.get(path)
    const up = this.ports.view.nodes.filter(({ link }) => link === 'up')
    return up.toSorted(
      (one, other) => Number(other.nodeId === remembered) - Number(one.nodeId === remembered),
    )
  }

  remember(path: string, nodeId: NodeId): void {
    this.owners.set(path, nodeId)
  }

  /** Asks other nodes at once, after the one that had it last. @returns the first that has it; undefined: none of them */
  async findElsewhere(path: string, ask: AskOne): Promise<Found | undefined> {
    const others = this.others(path)
    const [first] = others
    const isRemembered = first !== undefined && first.nodeId === this.owners.get(path)
    const found =
      (isRemembered ? await this.firstThatHas([first], ask) : undefined) ??
      (await this.firstThatHas(isRemembered ? others.slice(1) : others, ask))
    if (found === undefined) this.owners.remove(path)
    else this.remember(path, found.node.nodeId)
    return found
  }

  /**
   * The node that has the resource of a path, asked for by GET; undefined when nobody that is up has it, or it cannot be
   * asked for. @param withSelf this node may have it too, and is asked first
   */
  async ownerOf(routed: RoutedRequest, path: string, withSelf: boolean): Promise<NodeId | undefined> {
    const { askNode, table, view } = this.ports
    const route = table().find('GET', path)
    if (route === undefined) return undefined
    const lookup = { ...routed, route, target: { path, pathAndQuery: path } }
    const ask: AskOne = (node, signal) =>
      askNode(node, { routed: lookup, placed: { body: null, refused: undefined }, method: 'GET', signal })
    const own = withSelf ? await this.firstThatHas([view.self], ask) : undefined
    const found = own ?? (await this.findElsewhere(path, ask))
    found?.reply.discard()
    return found?.node.nodeId
  }

  private async firstThatHas(nodes: readonly ClusterNode[], ask: AskOne): Promise<Found | undefined> {
    const questions = nodes.map((node) => {
      const ending = new AbortController()
      const tooLate = (): void => ending.abort(new Error(`${node.name} does not answer`))
      const cancel = this.ports.clock.after(ANSWER_WITHIN_MS, tooLate)
      return { node, ending, found: askForIt(node, ask, ending.signal).finally(cancel) }
    })
    // None of them has it: each has said so, or failed.
    const found = await Promise.any(questions.map((question) => question.found)).catch(() => undefined)
    for (const { ending, node } of questions) if (node !== found?.node) ending.abort()
    return found
  }
}

const askForIt = async (node: ClusterNode, ask: AskOne, signal: AbortSignal): Promise<Found> => {
  const reply = await ask(node, signal)
  if (hasIt(reply)) return { node, reply }
  reply.discard()
  throw new Error(`${node.name} does not have it`)
}

/** 404: it has not. From 500 on nobody knows. */
export const hasIt = ({ response: { status } }: NodeReply): boolean => status !== 404 && status < 500
