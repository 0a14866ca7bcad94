import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

/** Where nodes that are not members may ask something: on the door for nodes alone. */
export const STRANGERS_PREFIX = '/_skein/peer/open/'

const Id = Type.String({ minLength: 1, maxLength: 64 })
/** Messages of the proof, base64url; the longest has about 430 characters. */
const ProofText = Type.String({ minLength: 1, maxLength: 2048 })
const Sealed = Type.String({ minLength: 1, maxLength: 32 * 1024 })

/** `GET hello`: what diagnosis and pairing need of a node that is not known. */
export const Hello = Type.Object({
  protocolVersion: Type.Integer(),
  nodeId: Type.String({ maxLength: 64 }),
  /** Unix milliseconds. */
  clock: Type.Number(),
  /** Tells clusters apart and says nothing of their secret; null: it is in none. */
  clusterTag: Type.Union([Type.String({ maxLength: 64 }), Type.Null()]),
  isInviting: Type.Boolean(),
  /** First digits of the code of its invitation, also for a while after that has ended; null: there is none. */
  invitationTag: Type.Union([Type.String({ maxLength: 8 }), Type.Null()]),
  /** PEM. */
  certificate: Type.String({ maxLength: 16 * 1024 }),
  /** Of libp2p at the same address; null: the node is in no cluster. */
  linkPort: Type.Union([Type.Integer({ minimum: 1, maximum: 65_535 }), Type.Null()]),
})
export type Hello = Static<typeof Hello>

/** `POST pair/start`: the first half of the proof, which spends an attempt. */
export const StartBody = Type.Object({
  protocolVersion: Type.Integer(),
  nodeId: Type.String({ maxLength: 64 }),
  /** Of the code. */
  tag: Type.String({ maxLength: 8 }),
  request: ProofText,
})
export type StartBody = Static<typeof StartBody>

export const StartReply = Type.Object({ pairing: Id, reply: ProofText, attemptsLeft: Type.Integer() })
export type StartReply = Static<typeof StartReply>

/** `POST pair/finish`; the box holds a `NodeCard` of the joining node. */
export const FinishBody = Type.Object({ pairing: Id, proof: ProofText, sealed: Sealed })
export type FinishBody = Static<typeof FinishBody>

/** The box holds a `NodeCard` of the host. */
export const FinishReply = Type.Object({ sealed: Sealed })
export type FinishReply = Static<typeof FinishReply>

/** Who a node is, by its own word; the signature proves that the node of this id has said it. */
export const NodeCard = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 253 }),
  version: Type.String({ maxLength: 64 }),
  /** Unix milliseconds. */
  clock: Type.Number(),
  /** Base64url; over `pairingSignatureBytes`. */
  signature: Type.String({ maxLength: 256 }),
})
export type NodeCard = Static<typeof NodeCard>

/** `POST pair/wait`; the box holds a `WaitQuestion`. The number is part of the seal of question and answer. */
export const WaitBody = Type.Object({
  pairing: Id,
  number: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  sealed: Sealed,
})
export type WaitBody = Static<typeof WaitBody>

export const WaitReply = Type.Object({ sealed: Type.String({ minLength: 1, maxLength: 8 * 1024 * 1024 }) })
export type WaitReply = Static<typeof WaitReply>

export const WaitQuestion = Type.Object({
  /** What the person at the joining node said, and later whether the node could enter. */
  says: Type.Union([
    Type.Literal('nothing'),
    Type.Literal('yes'),
    Type.Literal('no'),
    Type.Literal('arrived'),
    Type.Literal('not-arrived'),
  ]),
  /** It knows that the person at the host has said yes: the question is held until there is other news. */
  knowsOfYes: Type.Boolean(),
})
export type WaitQuestion = Static<typeof WaitQuestion>

export const WaitAnswer = Type.Union([
  /** Ask again. */
  Type.Object({ type: Type.Literal('waiting'), hasConfirmed: Type.Boolean() }),
  /** Both said yes: a `ClusterBundle`. */
  Type.Object({ type: Type.Literal('welcome'), bundle: Type.Unknown() }),
  Type.Object({ type: Type.Literal('joined') }),
  Type.Object({ type: Type.Literal('ended'), problem: Type.String({ maxLength: 64 }) }),
])
export type WaitAnswer = Static<typeof WaitAnswer>

/** A refusal, with a status that is no success. */
export const RefusalReply = Type.Object({
  problem: Type.String({ maxLength: 64 }),
  attemptsLeft: Type.Optional(Type.Integer()),
})

/** `POST pair/stop`: the proof was given up. */
export const StopBody = Type.Object({ pairing: Id })
export type StopBody = Static<typeof StopBody>
