import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { NodeLink } from '../../policy/cluster/node-topics.ts'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'

/** Bytes in a second, of the last measurement from this node. */
export type MeasuredSpeeds = ReadonlyMap<NodeId, number>

const NONE: MeasuredSpeeds = new Map()

/** What this node sees of its links, to be told to the others; rounded, so that not every breath is news. */
export const linksOf = ({ nodes }: Pick<ClusterView, 'nodes'>, speeds = NONE): readonly NodeLink[] =>
  nodes.filter(({ isSelf }) => !isSelf).map((node) => linkTo(node, speeds))

const linkTo = ({ link, nodeId, rttMs }: ClusterNode, speeds: MeasuredSpeeds): NodeLink => ({
  to: nodeId,
  state: link === 'up' ? 'up' : 'down',
  rttMs: rttMs === undefined || link !== 'up' ? null : Math.round(rttMs * 10) / 10,
  bytesPerSecond: speeds.get(nodeId) ?? null,
})

export interface MappedLink extends NodeLink {
  readonly from: NodeId
}

/** Every link as each of its ends sees it. */
export interface LinkMap {
  readonly nodes: readonly { readonly id: NodeId; readonly name: string }[]
  readonly links: readonly MappedLink[]
}

/** What every node has told last; nodes that are down tell nothing, and what they told once is not shown. */
export const linkMap = (view: ClusterView, speeds: MeasuredSpeeds): LinkMap => {
  const { nodes } = view
  const members = new Set<NodeId>(nodes.map(({ nodeId }) => nodeId))
  return {
    nodes: nodes.map(({ name, nodeId }) => ({ id: nodeId, name })),
    links: nodes.flatMap((node) => {
      const told = node.isSelf ? linksOf(view, speeds) : node.link === 'up' ? (node.topics.links ?? []) : []
      return told.filter(({ to }) => members.has(to)).map((link) => ({ from: node.nodeId, ...link }))
    }),
  }
}
