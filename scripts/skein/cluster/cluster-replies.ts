import { Type } from '@sinclair/typebox'
import type { Static, TSchema } from '@sinclair/typebox'

/** The parts of a node's answers about its cluster that the command line shows. */
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

const OtherNode = Type.Object({
  nodeId: Type.String(),
  name: Type.String(),
  address: Type.String(),
  /** Six digits that both machines show. */
  checkDigits: Type.String(),
})
export type OtherNode = Static<typeof OtherNode>

const PAIRING = {
  revision: Type.Integer(),
  state: Type.String(),
  message: orNull(Type.String()),
  isConfirmedHere: Type.Boolean(),
  isConfirmedThere: Type.Boolean(),
  warnings: Type.Array(Type.String()),
}

/** One of /v1/cluster/invitations */
export const Invitation = Type.Object({
  ...PAIRING,
  id: Type.String(),
  attemptsLeft: Type.Integer(),
  failedAttempts: Type.Integer(),
  code: Type.String(),
  /** Code and address in one. */
  join: Type.String(),
  addresses: Type.Array(Type.String()),
  expiresAt: Type.String(),
  joiner: orNull(OtherNode),
})
export type Invitation = Static<typeof Invitation>

/** /v1/cluster/joining */
export const Joining = Type.Object({
  ...PAIRING,
  attemptsLeft: orNull(Type.Integer()),
  problem: orNull(Type.String()),
  host: orNull(OtherNode),
})
export type Joining = Static<typeof Joining>

/** One of /v1/nodes */
export const NodeFacts = Type.Object({
  id: Type.String(),
  name: Type.String(),
  isSelf: Type.Boolean(),
  link: Type.String(),
  trouble: orNull(Type.String()),
  troubleMessage: orNull(Type.String()),
  rttMs: orNull(Type.Number()),
  lastSeenAt: orNull(Type.String()),
  platform: orNull(Type.Object({ os: Type.String(), arch: Type.String(), accelerator: Type.String() })),
  version: orNull(Type.String()),
  load: orNull(
    Type.Object({
      isDraining: Type.Boolean(),
      running: Type.Number(),
      waiting: Type.Number(),
      heldBytes: Type.Number(),
      budgetBytes: Type.Number(),
    }),
  ),
  models: Type.Array(Type.String()),
})
export type NodeFacts = Static<typeof NodeFacts>

/** /v1/nodes/{id} */
export const NodeDetails = Type.Intersect([
  NodeFacts,
  Type.Object({
    startedAt: orNull(Type.String()),
    addresses: Type.Array(
      Type.Object({ host: Type.String(), linkPort: Type.Integer(), dataPort: Type.Integer() }),
    ),
    services: Type.Array(Type.Object({ name: Type.String(), state: Type.String() })),
    backends: Type.Array(Type.Object({ name: Type.String(), version: Type.String() })),
  }),
])
export type NodeDetails = Static<typeof NodeDetails>

/** /v1/cluster */
export const ClusterFacts = Type.Object({ id: orNull(Type.String()), nodes: Type.Array(NodeFacts) })

export const RemovedNode = Type.Object({ id: Type.String(), deleted: Type.Boolean() })
export const Departure = Type.Object({ id: Type.String(), left: Type.Boolean() })
