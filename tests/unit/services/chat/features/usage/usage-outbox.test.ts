import { expect, test } from 'bun:test'
import type { EngineWork } from '@service/chat/features/usage/engine-work.ts'
import { UsageOutbox } from '@service/chat/features/usage/usage-outbox.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'

const work = (visitId: string | undefined, changes: Partial<EngineWork> = {}): EngineWork => ({
  task: 'generate',
  visitId,
  model: scriptedCard('llama').id,
  promptTokens: 3,
  cachedTokens: 1,
  completionTokens: 2,
  reasoningTokens: 0,
  firstTokenMs: 4,
  decodeMs: 5,
  loadMs: 0,
  totalMs: 9,
  isFinished: true,
  ...changes,
})

const createOutbox = () => {
  const clock = createManualClock()
  let dropped = 0
  const outbox = new UsageOutbox({ clock, onDropped: () => void (dropped += 1) })
  const add = (...works: readonly EngineWork[]): void => {
    for (const one of works) {
      outbox.onBegin()
      outbox.onEnd(one)
    }
  }
  return { add, clock, droppedCount: () => dropped, outbox }
}

const visitsIn = (text: string | void): unknown[] =>
  (text ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { visitId: string }).visitId)

test('a reader hears at once that it is heard, then of each piece of work', async () => {
  const { add, outbox } = createOutbox()
  const lines = outbox.read(new AbortController().signal)
  expect((await lines.next()).value).toBe('\n')
  const coming = lines.next()
  add(work('v1'))
  expect((await coming).value).toBe(
    '{"visitId":"v1","model":"llama","promptTokens":3,"cachedTokens":1,"completionTokens":2,"reasoningTokens":0,"firstTokenMs":4,"decodeMs":5,"loadMs":0}\n',
  )
})

test('what nobody has read yet waits for the next reader; the oldest goes when it is too much', async () => {
  const { add, droppedCount, outbox } = createOutbox()
  add(...Array.from({ length: 10_003 }, (_, index) => work(`v${index}`)))
  const lines = outbox.read(new AbortController().signal)
  await lines.next()
  const visits = visitsIn((await lines.next()).value)
  expect([visits.length, visits[0], visits.at(-1)]).toEqual([10_000, 'v3', 'v10002'])
  expect(droppedCount()).toBe(3)
})

test('work that nobody sent through the router, and what took nothing, is not told', async () => {
  const { add, outbox } = createOutbox()
  add(work(undefined), work('v1', { promptTokens: 0, completionTokens: 0 }), work('v2'))
  const lines = outbox.read(new AbortController().signal)
  await lines.next()
  expect(visitsIn((await lines.next()).value)).toEqual(['v2'])
})

test('a quiet feed gives a sign of life', async () => {
  const { clock, outbox } = createOutbox()
  const lines = outbox.read(new AbortController().signal)
  await lines.next()
  const coming = lines.next()
  await clock.advance(15_000)
  expect((await coming).value).toBe('\n')
})

test('a new reader takes over, and one that leaves is let go', async () => {
  const { add, outbox } = createOutbox()
  const first = outbox.read(new AbortController().signal)
  await first.next()
  const waiting = first.next()
  const leaving = new AbortController()
  const second = outbox.read(leaving.signal)
  await second.next()
  expect((await waiting).done).toBe(true)
  add(work('v1'))
  expect(visitsIn((await second.next()).value)).toEqual(['v1'])
  const last = second.next()
  leaving.abort()
  expect((await last).done).toBe(true)
})

test('while draining, the feed ends after the last request, whose work is told before', async () => {
  const { add, clock, outbox } = createOutbox()
  const lines = outbox.read(new AbortController().signal)
  await lines.next()
  let others = 1
  outbox.drain(() => others > 0)
  const coming = lines.next()
  add(work('v1'))
  expect(visitsIn((await coming).value)).toEqual(['v1'])
  const next = lines.next()
  await clock.advance(50)
  expect((await next).value).toBe('\n')
  const last = lines.next()
  others = 0
  await clock.advance(50)
  expect((await last).value).toBe('\n')
  expect((await lines.next()).done).toBe(true)
})
