import { expect, test } from 'bun:test'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import { MOST_UNREAD_EVENTS } from '../../../../../../services/chat/engines/node-llama-cpp/engine-messages.ts'
import { createEventReader } from '../../../../../../services/chat/engines/node-llama-cpp/event-reader.ts'

const EVENT: GenerationEvent = { type: 'text-delta', text: 'a', tokens: 1 }
const NEVER = new AbortController().signal

const behind = () => {
  const reader = createEventReader(() => undefined)
  for (let sent = 0; sent < MOST_UNREAD_EVENTS; sent++) {
    expect(reader.isBehind).toBe(false)
    reader.send(EVENT)
  }
  expect(reader.isBehind).toBe(true)
  return reader
}

test('a reader is behind with so many unread events, until some are read', async () => {
  const reader = behind()
  let isCaughtUp = false
  const waiting = reader.caughtUp(NEVER).then(() => (isCaughtUp = true))
  await Promise.resolve()
  expect(isCaughtUp).toBe(false)
  reader.consumed(1)
  await waiting
  expect(reader.isBehind).toBe(false)
})

test('who is not behind is not waited for', async () => {
  await createEventReader(() => undefined).caughtUp(NEVER)
})

test('giving up ends the wait with the reason', async () => {
  const reader = behind()
  const stop = new AbortController()
  const reason = new Error('enough')
  const waiting = reader.caughtUp(stop.signal).catch((error: unknown) => error)
  stop.abort(reason)
  expect(await waiting).toBe(reason)
})
