import { expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { KNOWN_ANSWER } from '../../support/gguf/known-answer-model.ts'
import { answerOf, chat, faultOf, rejectionOf, request, soon } from './ask-engine.ts'
import { LOAD_OPTIONS } from './engine-bench.ts'
import type { DriverTraits } from './driver-traits.ts'
import type { EngineBench } from './engine-bench.ts'
import { childProcesses, isAlive } from './processes.ts'

const readToEnd = async (events: AsyncIterator<unknown>): Promise<void> => {
  for (let event = await events.next(); !event.done; event = await events.next());
}

export const describeEngineLife = (
  bench: EngineBench,
  { crash, hasOwnProcess, takesTime }: DriverTraits,
): void => {
  test('the driver says what it is', async () => {
    expect(bench.driver().name).toMatch(/^[a-z-]+$/)
    expect(await bench.driver().version()).toMatch(/\d+\.\d+/)
  })

  test('an engine says what it is', async () => {
    const card = await bench.card('known-answer')
    const engine = await bench.engine('known-answer')
    expect(engine).toMatchObject({
      model: card.id,
      driver: bench.driver().name,
      slots: LOAD_OPTIONS.slots,
    })
    expect(engine.contextTokens).toBe(LOAD_OPTIONS.contextTokens)
    expect(isAlive(engine.processId)).toBe(true)
  })

  test('a context beyond what the model was trained for is cut to that', async () => {
    const engine = await bench.load(await bench.card('bert-embedding'), { contextTokens: 4096 })
    expect(engine.contextTokens).toBe(512)
    await engine.close()
  })

  test.skipIf(!hasOwnProcess)('memory is measured, and was estimated', async () => {
    const card = await bench.card('random-deep')
    const engine = await bench.load(card, { contextTokens: 2048, slots: 2 })
    const tokens = Array.from({ length: 200 }, (_, index) => 300 + (index % 100))
    await answerOf(engine, { type: 'tokens', tokens }, { maxTokens: 2 })
    const resident = await engine.residentBytes()
    const estimate = bench.driver().estimateBytes(card, { contextTokens: 2048, slots: 2, threads: 1 })
    expect(resident).toBeGreaterThan(card.sizeBytes * 0.5)
    expect(estimate).toBeGreaterThan(resident * 0.7)
    expect(estimate).toBeLessThan(resident * 2.5)
    await engine.close()
    expect(await engine.residentBytes()).toBe(0)
  })

  test('close is idempotent, and ends what is running', async () => {
    const engine = await bench.load(await bench.card('endless'))
    const running = faultOf(answerOf(engine, chat('Count.'), { maxTokens: 900 }))
    await Promise.all([engine.close(), engine.close()])
    await engine.close()
    expect((await running).code).toBe('engine_failed')
    expect(await engine.exited).toBeString()
    expect((await faultOf(answerOf(engine, chat('Count.')))).code).toBe('engine_failed')
    expect((await faultOf(engine.tokenize('one'))).code).toBe('engine_failed')
  })

  test('who waits for a slot of an engine that closes is told nothing but that', async () => {
    const engine = await bench.load(await bench.card('endless'), { slots: 1 })
    const seen: string[] = []
    const ask = async (): Promise<void> => {
      for await (const { type } of engine.generate(
        request(engine, chat('Count.'), { maxTokens: 900 }),
        soon(),
      ))
        seen.push(type)
    }
    const answer = engine.generate(request(engine, chat('Count.'), { maxTokens: 900 }), soon())
    const running = answer[Symbol.asyncIterator]()
    expect((await running.next()).value?.type).toBe('generation-start')
    const waiting = faultOf(ask())
    const closing = engine.close()
    expect((await faultOf(readToEnd(running))).code).toBe('engine_failed')
    expect((await waiting).code).toBe('engine_failed')
    await closing
    expect((await faultOf(ask())).code).toBe('engine_failed')
    expect(seen).toEqual([])
  })

  test.skipIf(!hasOwnProcess)('an engine that is closed at work leaves no process', async () => {
    const engine = await bench.load(await bench.card('endless'))
    const running = faultOf(answerOf(engine, chat('Count.'), { maxTokens: 900 }))
    expect(isAlive(engine.processId)).toBe(true)
    await engine.close()
    expect((await running).code).toBe('engine_failed')
    expect(isAlive(engine.processId)).toBe(false)
  })

  test('a native crash fails the calls in flight, and the model can be opened again', async () => {
    const card = await bench.card('endless')
    const engine = await bench.load(card)
    const seen: string[] = []
    const stream = faultOf(
      (async () => {
        for await (const event of engine.generate(
          request(engine, chat('Count.'), { maxTokens: 900 }),
          soon(),
        )) {
          seen.push(event.type)
          if (seen.length === 4) crash(engine)
        }
      })(),
    )
    const others = [1, 2, 3, 4, 5, 6].map(() => faultOf(answerOf(engine, chat('Count.'), { maxTokens: 900 })))
    const fault = await stream
    expect(fault.code).toBe('engine_failed')
    expect(fault.message).toContain('SIGSEGV')
    expect(seen.slice(0, 2)).toEqual(['generation-start', 'text-delta'])
    for (const other of await Promise.all(others)) expect(other.code).toBe('engine_failed')
    expect(await engine.exited).toContain('SIGSEGV')
    expect(await engine.residentBytes()).toBe(0)
    const next = await bench.load(card)
    expect((await answerOf(next, chat('Count.'), { maxTokens: 3 })).text).toBe('one two three')
    await next.close()
    await engine.close()
  })

  test('a load that nobody wants rejects with the reason', async () => {
    const card = await bench.card('endless')
    const reason = new Error('another model, please')
    const stop = new AbortController()
    const load = rejectionOf(bench.driver().load(card, LOAD_OPTIONS, stop.signal))
    stop.abort(reason)
    expect(await load).toBe(reason)
    expect(await rejectionOf(bench.driver().load(card, LOAD_OPTIONS, AbortSignal.abort(reason)))).toBe(reason)
  })

  test.skipIf(!takesTime)('a load can be given up, and leaves no process', async () => {
    const card = await bench.card('random-deep')
    const before = await childProcesses()
    for (const afterMs of [0, 20, 60]) {
      const stop = new AbortController()
      const reason = new Error('another model, please')
      const load = rejectionOf(bench.driver().load(card, LOAD_OPTIONS, stop.signal))
      if (afterMs > 0) await Promise.race([load, Bun.sleep(afterMs)])
      stop.abort(reason)
      expect(await load).toBe(reason)
    }
    await eventually('all processes of given up loads are gone', async () => {
      const now = await childProcesses()
      return [...now].every((child) => before.has(child))
    })
  })

  test('two engines work beside each other', async () => {
    const [known, endless] = await Promise.all([bench.engine('known-answer'), bench.engine('endless')])
    const [one, two] = await Promise.all([
      answerOf(known, chat('Hello?')),
      answerOf(endless, chat('Count.'), { maxTokens: 3 }),
    ])
    expect([one.text, two.text]).toEqual([KNOWN_ANSWER, 'one two three'])
  })

  test.skipIf(!hasOwnProcess)('two engines are two processes', async () => {
    const [known, endless] = await Promise.all([bench.engine('known-answer'), bench.engine('endless')])
    expect(known.processId).not.toBe(endless.processId)
  })
}
