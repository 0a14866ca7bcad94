import { Value } from '@sinclair/typebox/value'
import { shortNodeId } from '../../policy/cluster/node-id.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { NodeCard } from './pairing-messages.ts'
import type { NodeSigner, SealedChannel } from './pairing-ports.ts'

const LONGEST_NAME = 64
/** Clocks that differ by more make records of the cluster win that should not. */
const CLOCK_SKEW_MS = 10 * 60_000

// Everything that could move a cursor, change colours or talk to a terminal.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}]/gu

/** What a node says of itself once the code is proved. */
export interface NodeCardFacts {
  readonly name: string
  readonly version: string
}

type End = 'host' | 'joiner'

/** Writes the card of this node, signed by its identity. */
export const sealNodeCard = (
  end: End,
  facts: NodeCardFacts,
  {
    channel,
    clock,
    signer,
  }: {
    readonly channel: SealedChannel
    readonly signer: NodeSigner
    /** Unix milliseconds. */
    readonly clock: number
  },
): Promise<string> => {
  const signature = signer.sign(signatureBytes(end, channel.transcript)).toBase64({ alphabet: 'base64url' })
  return channel.seal(`card of the ${end}`, { ...facts, clock, signature } satisfies NodeCard)
}

/** The card of the other node; undefined when it is none, or the node of this id has not signed it. */
export const openNodeCard = async (
  end: End,
  sealed: string,
  {
    channel,
    nodeId,
    signer,
  }: {
    readonly channel: SealedChannel
    readonly signer: NodeSigner
    readonly nodeId: NodeId
  },
): Promise<NodeCard | undefined> => {
  const card = await channel.open(`card of the ${end}`, sealed)
  if (!Value.Check(NodeCard, card)) return undefined
  const signature = fromBase64url(card.signature)
  const isSigned =
    signature !== undefined && signer.verify(nodeId, signatureBytes(end, channel.transcript), signature)
  return isSigned ? { ...card, name: readableName(card.name, nodeId) } : undefined
}

/** Warnings for people, about the clock of the other node. */
export const clockWarnings = (othersClock: number, now: number): readonly string[] => {
  const minutes = Math.round(Math.abs(othersClock - now) / 60_000)
  if (!(Math.abs(othersClock - now) > CLOCK_SKEW_MS)) return []
  return [
    `The clocks of the two machines differ by ${minutes} minutes. Set them by a time server, or keys and members that were removed on one may come back.`,
  ]
}

/** Differs for the two ends, so that no signature of one can be shown as the other's. */
const signatureBytes = (end: End, transcript: Uint8Array): Uint8Array => {
  const head = new TextEncoder().encode(`skein-pairing/1 ${end}\n`)
  const bytes = new Uint8Array(head.length + transcript.length)
  bytes.set(head)
  bytes.set(transcript, head.length)
  return bytes
}

const fromBase64url = (text: string): Uint8Array | undefined => {
  try {
    return Uint8Array.fromBase64(text, { alphabet: 'base64url' })
  } catch {
    return undefined
  }
}

const readableName = (name: string, nodeId: NodeId): string =>
  name.replaceAll(UNPRINTABLE, '').trim().slice(0, LONGEST_NAME) || shortNodeId(nodeId)
