import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { RECORD_KINDS } from '../../policy/cluster/cluster-record.ts'
import { parseNodeId } from '../../policy/cluster/node-id.ts'
import type { ClusterBundle } from '../cluster/cluster-desk.ts'

const Port = Type.Integer({ minimum: 1, maximum: 65_535 })

const Bundle = Type.Object({
  clusterId: Type.String({ minLength: 1, maxLength: 128 }),
  /** 32 bytes, base64url. */
  secret: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  records: Type.Array(
    Type.Object({
      kind: Type.Union(RECORD_KINDS.map((kind) => Type.Literal(kind))),
      id: Type.String({ minLength: 1, maxLength: 256 }),
      updatedAt: Type.Number(),
      updatedBy: Type.String({ maxLength: 256 }),
      value: Type.Unknown(),
    }),
    { maxItems: 20_000 },
  ),
  addresses: Type.Array(
    Type.Object({
      nodeId: Type.String(),
      host: Type.String({ maxLength: 64 }),
      linkPort: Port,
      dataPort: Port,
    }),
    { maxItems: 10_000 },
  ),
})

/** What another node gave us to enter with; undefined when it is no such thing. */
export const readClusterBundle = (value: unknown): ClusterBundle | undefined => {
  if (!Value.Check(Bundle, value)) return undefined
  const addresses = value.addresses.flatMap((address) => {
    const nodeId = parseNodeId(address.nodeId)
    return nodeId === undefined ? [] : { ...address, nodeId }
  })
  return { ...value, addresses }
}
