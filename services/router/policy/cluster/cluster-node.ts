import type { LinkTrouble } from './link-trouble.ts'
import type { NodeId } from './node-id.ts'
import type { NodeTopics } from './node-topics.ts'

/** How this node stands with another one. `self`: it is this node. */
export type LinkState = 'self' | 'up' | 'down'

/** One member, as this node knows it. Only what it said itself; nothing of an earlier life. */
export interface ClusterNode {
  readonly nodeId: NodeId
  readonly name: string
  readonly isSelf: boolean
  readonly link: LinkState
  /** Why the link is down; undefined while it is up, or nothing was tried yet. */
  readonly trouble: LinkTrouble | undefined
  /** Round trip; 0 for this node, undefined until measured. */
  readonly rttMs: number | undefined
  /** Unix milliseconds on this node's clock; undefined: never. */
  readonly lastSeenAt: number | undefined
  /** Its clock minus ours; undefined until measured. */
  readonly clockSkewMs: number | undefined
  /** What it announced, as far as it has. Also kept while the link is down. */
  readonly topics: Partial<NodeTopics>
}

export type ClusterChange =
  | { readonly type: 'link'; readonly nodeId: NodeId; readonly link: LinkState }
  | { readonly type: 'topic'; readonly nodeId: NodeId; readonly topic: keyof NodeTopics }
  | { readonly type: 'members' }
