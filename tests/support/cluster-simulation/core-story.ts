import { readTopic } from '@service/router/features/cluster/read-topic.ts'
import { announcementBytes } from '@service/router/policy/cluster/announcement-bytes.ts'
import { ClusterCore } from '@service/router/policy/cluster/cluster-core.ts'
import type { Announcement, ClusterFrame } from '@service/router/policy/cluster/cluster-frame.ts'
import type { ClusterRecord, Member } from '@service/router/policy/cluster/cluster-record.ts'
import { DEFAULT_CLUSTER_RULES } from '@service/router/policy/cluster/cluster-rules.ts'
import type { ClusterRules, Moment } from '@service/router/policy/cluster/cluster-rules.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import type { NodeLoad } from '@service/router/policy/cluster/node-topics.ts'
import { nodeIdOf, signerOf } from './simulated-identity.ts'

export const WALL_CLOCK_START = 1_800_000_000_000

export const moment = (nowMs: number): Moment => ({ nowMs, wallClockMs: WALL_CLOCK_START + nowMs })

export const memberRecord = (nodeId: NodeId, change: Partial<Member> = {}, updatedAt = 1): ClusterRecord => ({
  kind: 'member',
  id: nodeId,
  updatedAt,
  updatedBy: nodeId,
  value: { nodeId, name: `name-${nodeId.slice(-3)}`, joinedAt: 1, removedAt: null, ...change },
})

export const loadOf = (heldBytes: number): NodeLoad => ({
  isDraining: false,
  budgetBytes: 100,
  heldBytes,
  lanes: [],
  warm: [],
})

/** As the node itself would sign it. */
export const announcementOf = (
  nodeId: NodeId,
  change: Partial<Omit<Announcement, 'nodeId' | 'signature'>> = {},
): Announcement => {
  const unsigned = {
    nodeId,
    epoch: 1,
    instance: 'one',
    topic: 'load' as const,
    version: 1,
    value: loadOf(1),
    ...change,
  }
  return { ...unsigned, signature: signerOf(nodeId).sign(announcementBytes(unsigned)) }
}

export const SMALL = nodeIdOf(1)
export const SELF = nodeIdOf(1000)
export const GREAT = nodeIdOf(2000)
export const GREATER = nodeIdOf(3000)

/** A core in the middle of three other members, and all that it does, in words. */
export class CoreStory {
  readonly happened: string[] = []
  readonly sent: { readonly linkId: string; readonly frame: ClusterFrame }[] = []
  readonly core: ClusterCore

  constructor({
    rules = {},
    records,
  }: { readonly rules?: Partial<ClusterRules>; readonly records?: readonly ClusterRecord[] } = {}) {
    this.core = new ClusterCore({
      self: { nodeId: SELF, epoch: 5, instance: 'self' },
      rules: { ...DEFAULT_CLUSTER_RULES, ...rules },
      signer: signerOf(SELF),
      readTopic,
      random: () => 0.5,
      records: records ?? [SMALL, SELF, GREAT, GREATER].map((nodeId) => memberRecord(nodeId)),
      effects: {
        send: (linkId, frame) => {
          this.sent.push({ linkId, frame })
        },
        closeLink: (linkId) => this.tell(`close ${linkId}`),
        dial: (nodeId, addresses) =>
          this.tell(`dial ${nameOf(nodeId)} at ${addresses.map(({ host }) => host).join()}`),
        onChange: (change) =>
          this.tell(
            change.type === 'members'
              ? 'members'
              : `${nameOf(change.nodeId)} ${change.type === 'link' ? change.link : change.topic}`,
          ),
        onRecords: (changed) =>
          this.tell(`save ${changed.map(({ kind, id }) => `${kind} ${nameOf(id)}`).join()}`),
        onTrouble: (nodeId, trouble) => this.tell(`${nameOf(nodeId)} ${trouble}`),
        onPrefixes: (nodeId, model, hashes) => this.tell(`${nameOf(nodeId)} has ${model} ${hashes.join()}`),
        onFenced: () => this.tell('fenced'),
      },
    })
  }

  /** A connection that both ends have greeted over. */
  link(
    linkId: string,
    nodeId: NodeId,
    { nowMs = 0, isOutbound = true, epoch = 1, instance = 'one' } = {},
  ): void {
    this.core.onLink({ linkId, nodeId, isOutbound, host: '10.0.0.9' }, moment(nowMs))
    this.hear(
      linkId,
      { type: 'hello', protocolVersion: 1, epoch, instance, clock: WALL_CLOCK_START + nowMs },
      nowMs,
    )
  }

  hear(linkId: string, frame: ClusterFrame | undefined, nowMs = 0): void {
    this.core.onFrame(linkId, frame, moment(nowMs))
  }

  /** What has happened since this was asked last. */
  told(): readonly string[] {
    return this.happened.splice(0)
  }

  /** What was sent since this was asked last: types and reasons. */
  said(): readonly string[] {
    return this.sent
      .splice(0)
      .map(({ linkId, frame }) => `${linkId} ${frame.type}${frame.type === 'bye' ? ` ${frame.reason}` : ''}`)
  }

  private tell(what: string): void {
    this.happened.push(what)
  }
}

const NAMES: Readonly<Record<string, string>> = {
  [SMALL]: 'small',
  [SELF]: 'self',
  [GREAT]: 'great',
  [GREATER]: 'greater',
}

const nameOf = (id: string): string => NAMES[id] ?? id
