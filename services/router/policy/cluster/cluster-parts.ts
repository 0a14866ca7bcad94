import { AddressBook } from './address-book.ts'
import { AnnouncementStore } from './announcement-store.ts'
import type { ClusterEffects, NodeSigner, ReadTopic } from './cluster-effects.ts'
import type { ClusterRecord } from './cluster-record.ts'
import type { ClusterRules } from './cluster-rules.ts'
import { DialPlan } from './dial-plan.ts'
import { LinkTable } from './link-table.ts'
import type { NodeId } from './node-id.ts'
import type { NodeLife } from './node-life.ts'
import { NodeStandings } from './node-standings.ts'
import { OwnTopics } from './own-topics.ts'
import { RecordBook } from './record-book.ts'

export interface ClusterCoreOptions {
  /** A life of its own for every core, also in one process: what others know of an earlier one would fence it. */
  readonly self: NodeLife & { readonly nodeId: NodeId }
  readonly rules: ClusterRules
  readonly signer: NodeSigner
  readonly readTopic: ReadTopic
  /** At least 0, below 1. */
  readonly random: () => number
  /** As they were saved; nothing is told of them. Without its own member record, a node keeps still. */
  readonly records: readonly ClusterRecord[]
  readonly effects: ClusterEffects
}

/** What a cluster's core knows, each kind in its place. */
export interface ClusterParts extends ClusterCoreOptions {
  readonly book: RecordBook
  readonly store: AnnouncementStore
  readonly own: OwnTopics
  readonly addresses: AddressBook
  readonly plan: DialPlan
  readonly links: LinkTable
  readonly standings: NodeStandings
}

export const createParts = (options: ClusterCoreOptions): ClusterParts => {
  const { self, rules, signer, effects } = options
  const book = new RecordBook(rules)
  for (const record of options.records) book.merge(record)
  const store = new AnnouncementStore(signer, options.readTopic)
  store.onLife(self.nodeId, self)
  return {
    ...options,
    book,
    store,
    own: new OwnTopics(self, signer, rules.coalesceMs),
    addresses: new AddressBook(),
    plan: new DialPlan(rules, options.random),
    links: new LinkTable(effects),
    standings: new NodeStandings(effects),
  }
}
