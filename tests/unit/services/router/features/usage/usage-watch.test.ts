import { afterEach, expect, test } from 'bun:test'
import { UsageWatch } from '@service/router/features/usage/usage-watch.ts'
import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import { createLog } from '@shared/log/create-log.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'

const lineOf = (visitId: string): string =>
  `${JSON.stringify({
    visitId,
    model: 'llama',
    promptTokens: 1,
    cachedTokens: 0,
    completionTokens: 1,
    reasoningTokens: 0,
    firstTokenMs: 1,
    decodeMs: 1,
    loadMs: 0,
  })}\n`

/** A feed whose chunks and end are the test's. */
const createFeed = (signal: AbortSignal) => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  signal.addEventListener('abort', () => void writer.abort(signal.reason).catch(() => undefined))
  return {
    readable,
    say: (text: string) => writer.write(new TextEncoder().encode(text)),
    end: () => writer.close(),
  }
}

type Opening = { readonly feed: ReturnType<typeof createFeed> } | 'no-feed' | 'refused'

const watching: UsageWatch[] = []
afterEach(() => {
  for (const watch of watching.splice(0)) watch.stop()
})

const startWatch = (openings: ('feed' | 'no-feed' | 'refused')[]) => {
  const clock = createManualClock()
  const opened: Opening[] = []
  const heard: string[] = []
  const watch = new UsageWatch({
    services: ['chat'],
    async open(_service, signal) {
      const next = openings.shift() ?? 'refused'
      if (next !== 'feed') {
        opened.push(next)
        if (next === 'refused') throw new Error('nobody there')
        return undefined
      }
      const feed = createFeed(signal)
      opened.push({ feed })
      return feed.readable
    },
    clock,
    log: createLog('test', 'silent'),
  })
  watching.push(watch)
  const forget = watch.onUse(({ visitId }: EngineUsage) => void heard.push(visitId))
  const over = watch.start()
  const feedAt = (index: number): ReturnType<typeof createFeed> => {
    const opening = opened[index]
    if (typeof opening !== 'object') throw new Error('It is no feed')
    return opening.feed
  }
  return { clock, feedAt, forget, heard, opened, over, watch }
}

test('each line is told, also when it comes in pieces; what is no line is not', async () => {
  const { feedAt, forget, heard } = startWatch(['feed'])
  await settled()
  const feed = feedAt(0)
  const line = lineOf('v2')
  await feed.say(`\n${lineOf('v1')}${line.slice(0, 20)}`)
  await feed.say(`${line.slice(20)}nonsense\n{"visitId":"v3"}\n`)
  await settled()
  expect(heard).toEqual(['v1', 'v2'])
  forget()
  await feed.say(lineOf('v4'))
  await settled()
  expect(heard).toEqual(['v1', 'v2'])
})

test('a feed that ends is opened again soon, one that cannot be reached later and later', async () => {
  const { clock, feedAt, heard, opened } = startWatch(['feed', 'refused', 'refused', 'feed'])
  await settled()
  await feedAt(0).say(lineOf('v1'))
  await feedAt(0).end()
  await settled()
  await clock.advance(250)
  expect(opened).toHaveLength(2)
  await clock.advance(499)
  expect(opened).toHaveLength(2)
  await clock.advance(1)
  expect(opened).toHaveLength(3)
  await clock.advance(1000)
  await feedAt(3).say(lineOf('v2'))
  await settled()
  expect(heard).toEqual(['v1', 'v2'])
})

test('a service without a feed is fine, and asked again after a minute', async () => {
  const { clock, opened } = startWatch(['no-feed', 'no-feed'])
  await settled()
  await clock.advance(59_000)
  expect(opened).toEqual(['no-feed'])
  await clock.advance(1000)
  expect(opened).toEqual(['no-feed', 'no-feed'])
})

test('a feed that has gone silent is left for a new one', async () => {
  const { clock, feedAt, opened } = startWatch(['feed', 'feed'])
  await settled()
  await clock.advance(40_000)
  await feedAt(0).say('\n')
  await clock.advance(40_000)
  expect(opened).toHaveLength(1)
  await clock.advance(6000)
  expect(opened).toHaveLength(2)
})

test('a line without an end does not fill the memory', async () => {
  const { clock, feedAt, opened } = startWatch(['feed', 'feed'])
  await settled()
  const saying = feedAt(0).say('x'.repeat(70_000))
  await settled()
  await clock.advance(250)
  expect(opened).toHaveLength(2)
  await saying.catch(() => undefined)
})

test('whoever stops it is done with it', async () => {
  const { over, watch } = startWatch(['refused'])
  await settled()
  watch.stop()
  await over
})
