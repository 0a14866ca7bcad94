import { expect, test } from 'bun:test'
import { ENDLESS_PIECES } from '../../support/gguf/endless-model.ts'
import { KNOWN_ANSWER } from '../../support/gguf/known-answer-model.ts'
import { answerOf, chat, rejectionOf, request, soon } from './ask-engine.ts'
import { LOAD_OPTIONS } from './engine-bench.ts'
import type { EngineBench } from './engine-bench.ts'

/** What the endless model says in so many tokens. */
const counted = (tokens: number): string =>
  Array.from({ length: tokens }, (_, index) =>
    index === 0 ? ENDLESS_PIECES[0] : ENDLESS_PIECES[1 + ((index - 1) % 10)],
  ).join('')

export const describeConcurrency = (bench: EngineBench): void => {
  test('three times as many requests as slots are all answered right', async () => {
    const engine = await bench.engine('known-answer')
    const answers = await Promise.all(
      Array.from({ length: LOAD_OPTIONS.slots * 3 }, (_, index) =>
        answerOf(engine, chat(`Question ${index} ${'x'.repeat(index * 20)}`)),
      ),
    )
    expect(answers.map(({ text }) => text)).toEqual(answers.map(() => KNOWN_ANSWER))
    const counts = answers.map(({ start }) => start.promptTokens)
    expect(counts).toEqual(counts.toSorted((left, right) => left - right))
  })

  test('answers of different lengths do not mix', async () => {
    const engine = await bench.engine('endless')
    const lengths = [3, 40, 11, 25, 7, 60, 2, 33]
    const answers = await Promise.all(
      lengths.map((maxTokens) => answerOf(engine, chat('Count.'), { maxTokens })),
    )
    expect(answers.map(({ text }) => text)).toEqual(lengths.map(counted))
  })

  test('a request with another beginning gets in between answers that do not end', async () => {
    const engine = await bench.engine('endless')
    // All slots hold something, so the newcomer has to change a cache first.
    await Promise.all(
      Array.from({ length: LOAD_OPTIONS.slots }, (_, index) => answerOf(engine, chat(`${index}`.repeat(50)))),
    )
    const stop = new AbortController()
    const endless = Array.from({ length: LOAD_OPTIONS.slots - 1 }, (_, index) =>
      rejectionOf(answerOf(engine, chat(`go on ${index}`), { maxTokens: 900 }, stop.signal)),
    )
    const { text } = await answerOf(engine, chat('something wholly different'), { maxTokens: 5 })
    expect(text).toBe(counted(5))
    stop.abort(new Error('enough'))
    await Promise.all(endless)
  })

  test('who comes first is served first, and one who gives up waiting leaves the line', async () => {
    const engine = await bench.load(await bench.card('endless'), { slots: 1 })
    const order: number[] = []
    const leaver = new AbortController()
    const ask = async (place: number, signal: AbortSignal): Promise<void> => {
      for await (const event of engine.generate(request(engine, chat('Count.'), { maxTokens: 60 }), signal)) {
        if (event.type === 'generation-start') order.push(place)
      }
    }
    const asked = [0, 1, 2, 3, 4].map((place) => ask(place, place === 2 ? leaver.signal : soon()))
    const left = rejectionOf(asked[2]!)
    const reason = new Error('no longer wanted')
    leaver.abort(reason)
    expect(await left).toBe(reason)
    await Promise.all(asked.filter((_, place) => place !== 2))
    expect(order).toEqual([0, 1, 3, 4])
    await engine.close()
  })

  test('a reader who stops reading holds up nobody, and misses nothing', async () => {
    const engine = await bench.engine('endless')
    const events = engine.generate(request(engine, chat('Count.'), { maxTokens: 400 }), soon())
    const slow = events[Symbol.asyncIterator]()
    const first = await slow.next()
    expect(first.value?.type).toBe('generation-start')
    const others = await Promise.all(
      [1, 2, 3, 4].map(() => answerOf(engine, chat('Count.'), { maxTokens: 100 })),
    )
    expect(others.map(({ text }) => text)).toEqual(others.map(() => counted(100)))
    const texts: string[] = []
    for (let event = await slow.next(); !event.done; event = await slow.next()) {
      if (event.value.type === 'text-delta') texts.push(event.value.text)
    }
    expect(texts.join('')).toBe(counted(400))
  })
}
