/** What other nodes say over a link, as it is checked. */
import { Type } from '@sinclair/typebox'
import type { TSchema } from '@sinclair/typebox'
import type { ClusterFrame } from '../../policy/cluster/cluster-frame.ts'

const SafeInteger = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const NodeIdText = Type.String({ pattern: '^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$' })
const Epoch = SafeInteger
const Instance = Type.String({ minLength: 1, maxLength: 64 })
/** The last moment that a Date can tell. */
const UnixMs = Type.Integer({ minimum: 0, maximum: 8.64e15 })
const Topic = Type.String({ maxLength: 64 })

const AnnouncementSchema = Type.Object({
  nodeId: NodeIdText,
  epoch: Epoch,
  instance: Instance,
  topic: Topic,
  version: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  value: Type.Unknown(),
  signature: Type.String({ maxLength: 128 }),
})

const RecordSchema = Type.Object({
  kind: Type.String({ maxLength: 64 }),
  id: Type.String({ minLength: 1, maxLength: 128 }),
  updatedAt: SafeInteger,
  updatedBy: Type.String({ maxLength: 256 }),
  value: Type.Unknown(),
})

export const MemberSchema = Type.Object({
  nodeId: NodeIdText,
  name: Type.String({ minLength: 1, maxLength: 256 }),
  joinedAt: UnixMs,
  removedAt: Type.Union([UnixMs, Type.Null()]),
})

/** Of whatever version: it must be understood well enough to say that it is another one. */
export const AnyHelloSchema = Type.Object({ type: Type.Literal('hello'), protocolVersion: SafeInteger })

export const FRAME_SCHEMAS = {
  hello: Type.Object({
    type: Type.Literal('hello'),
    protocolVersion: SafeInteger,
    epoch: Epoch,
    instance: Instance,
    clock: UnixMs,
  }),
  ping: Type.Object({ type: Type.Literal('ping'), id: SafeInteger }),
  pong: Type.Object({ type: Type.Literal('pong'), id: SafeInteger }),
  announce: Type.Object({
    type: Type.Literal('announce'),
    announcements: Type.Array(AnnouncementSchema, { maxItems: 10_000 }),
  }),
  records: Type.Object({
    type: Type.Literal('records'),
    records: Type.Array(RecordSchema, { maxItems: 10_000 }),
  }),
  digest: Type.Object({
    type: Type.Literal('digest'),
    nodes: Type.Array(
      Type.Object({
        nodeId: NodeIdText,
        epoch: Epoch,
        instance: Instance,
        versions: Type.Record(Topic, SafeInteger, { maxProperties: 64 }),
      }),
      { maxItems: 1024 },
    ),
    records: Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 300 }), {
      maxProperties: 10_000,
    }),
  }),
  prefixes: Type.Object({
    type: Type.Literal('prefixes'),
    model: Type.String({ maxLength: 128 }),
    // 128 blocks, as `prefix-words.ts` writes them.
    hashes: Type.Array(Type.String({ maxLength: 1200 }), { maxItems: 1024 }),
  }),
  bye: Type.Object({
    type: Type.Literal('bye'),
    reason: Type.Union([
      Type.Literal('stopping'),
      Type.Literal('removed'),
      Type.Literal('duplicate-identity'),
      Type.Literal('protocol-version'),
      Type.Literal('second-link'),
      Type.Literal('broken-frame'),
    ]),
  }),
} as const satisfies Record<ClusterFrame['type'], TSchema>
