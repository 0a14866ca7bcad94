import type { Static, TSchema } from '@sinclair/typebox'
import type { NodeClient } from '../client/node-client.ts'
import { CommandFailure } from '../terminal/command-failure.ts'
import { followPairing } from './follow-pairing.ts'

interface PairingState {
  readonly revision: number
  readonly state: string
}

export interface Attendance<Schema extends TSchema> {
  readonly client: NodeClient
  /** Of the invitation or the joining. */
  readonly path: string
  readonly reply: Schema
  readonly first: PairingState
  /** Called with each state. */
  readonly tell: (state: Static<Schema>) => void
  /** Called once, when there are digits to compare; what goes on meanwhile is seen all the same. */
  readonly ask: (state: Static<Schema>, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
}

const OVER: readonly string[] = ['joined', 'ended', 'failed']

/** Stays with an invitation or a joining until it is over. @returns its last state */
export const attendPairing = async <Schema extends TSchema>(
  attendance: Attendance<Schema>,
): Promise<Static<Schema>> => {
  const { ask, client, first, path, reply, tell } = attendance
  const over = new AbortController()
  const signal = AbortSignal.any([attendance.signal, over.signal])
  const { promise: failed, reject } = Promise.withResolvers<never>()
  let isAsked = false
  const follow = async (): Promise<Static<Schema>> => {
    for await (const state of followPairing(client, first, { path, reply, signal })) {
      tell(state)
      const name = stateOf(state)
      if (OVER.includes(name)) return state
      if (name !== 'confirming' || isAsked) continue
      isAsked = true
      ask(state, signal).catch(reject)
    }
    throw new CommandFailure('The node told nothing more.')
  }
  try {
    return await Promise.race([follow(), failed])
  } finally {
    over.abort()
  }
}

/** Schemas of what can be attended all have one. */
const stateOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'state' in value ? String(value.state) : ''
