import { expect, test } from 'bun:test'
import type { TextEngine } from '@shared/inference/text-engine.ts'
import { answerOf, chat, rejectionOf, request, soon, text } from './ask-engine.ts'
import type { DriverTraits } from './driver-traits.ts'
import type { EngineBench } from './engine-bench.ts'

/** An abort has to be over in this time: the stream has thrown, and the slot works for the next request. */
const WITHIN_MS = 1000

export const describeAborts = (bench: EngineBench, { takesTime }: DriverTraits): void => {
  const timeToNextAnswer = async (engine: TextEngine): Promise<number> => {
    const startedAt = performance.now()
    await answerOf(engine, text('one'), { maxTokens: 1 })
    return performance.now() - startedAt
  }

  test('an aborted signal is refused with its reason, before anything is done', async () => {
    const engine = await bench.engine('endless')
    const reason = new Error('never mind')
    const signal = AbortSignal.abort(reason)
    expect(await rejectionOf(answerOf(engine, chat('Count.'), {}, signal))).toBe(reason)
    const inputs = [{ type: 'text', text: 'one' } as const]
    const embedding = await bench.engine('embedding')
    expect(await rejectionOf(embedding.embed({ model: embedding.model, inputs }, signal))).toBe(reason)
  })

  test('an abort in the middle of the answer ends it with the reason, and frees the slot', async () => {
    const engine = await bench.load(await bench.card('endless'), { slots: 1 })
    const stop = new AbortController()
    const reason = new Error('enough')
    let deltas = 0
    let abortedAt = 0
    const rejection = await rejectionOf(
      (async () => {
        for await (const event of engine.generate(
          request(engine, chat('Count.'), { maxTokens: 900 }),
          stop.signal,
        )) {
          if (event.type === 'text-delta') deltas += 1
          if (deltas !== 5 || stop.signal.aborted) continue
          abortedAt = performance.now()
          stop.abort(reason)
        }
      })(),
    )
    expect(performance.now() - abortedAt).toBeLessThan(WITHIN_MS)
    expect(rejection).toBe(reason)
    expect(deltas).toBe(5)
    expect(await timeToNextAnswer(engine)).toBeLessThan(WITHIN_MS)
    await engine.close()
  })

  test('leaving the loop early frees the slot', async () => {
    const engine = await bench.load(await bench.card('endless'), { slots: 1 })
    for (let round = 0; round < 5; round++) {
      for await (const event of engine.generate(
        request(engine, chat('Count.'), { maxTokens: 900 }),
        soon(),
      )) {
        if (event.type === 'text-delta') break
      }
      expect(await timeToNextAnswer(engine)).toBeLessThan(WITHIN_MS)
    }
    await engine.close()
  })

  test.skipIf(!takesTime)(
    'an abort in the middle of a long prompt ends it within a second, and frees the slot',
    async () => {
      const engine = await bench.load(await bench.card('random-deep'), { contextTokens: 8192, slots: 1 })
      const tokens = Array.from({ length: 8000 }, (_, index) => 300 + (index % 100))
      const stop = new AbortController()
      const reason = new Error('took too long')
      const reading = rejectionOf(answerOf(engine, { type: 'tokens', tokens }, {}, stop.signal))
      const state = await Promise.race([reading, Bun.sleep(700).then(() => 'reading')])
      expect(state).toBe('reading')
      const abortedAt = performance.now()
      stop.abort(reason)
      expect(await reading).toBe(reason)
      expect(performance.now() - abortedAt).toBeLessThan(100)
      // Its own prompt takes a while too: twice, and the first is the wait for the slot.
      const first = await timeToNextAnswer(engine)
      const second = await timeToNextAnswer(engine)
      expect(first - second).toBeLessThan(WITHIN_MS)
      await engine.close()
    },
  )
}
