import type { Static, TSchema } from '@sinclair/typebox'
import type { NodeClient } from '../client/node-client.ts'

/** Held by the node until something changes, for so long at most. */
const WAIT_MS = 20_000

interface HasRevision {
  readonly revision: number
}

export interface Followed<Schema extends TSchema> {
  readonly path: string
  readonly reply: Schema
  readonly signal: AbortSignal
}

/** Each state of an invitation or a joining, from what it is after `first` on, until nobody asks for the next one. */
export const followPairing = async function* <Schema extends TSchema>(
  client: NodeClient,
  first: HasRevision,
  { path, reply, signal }: Followed<Schema>,
): AsyncGenerator<Static<Schema>> {
  let { revision } = first
  for (;;) {
    const query = `?after=${revision}&wait_ms=${WAIT_MS}`
    const state = await client.call({ path: path + query, reply, signal })
    const next = revisionOf(state)
    if (next === revision) continue
    revision = next
    yield state
  }
}

/** Schemas of what can be followed all have one. */
const revisionOf = (value: unknown): number =>
  typeof value === 'object' && value !== null && 'revision' in value && typeof value.revision === 'number'
    ? value.revision
    : 0
