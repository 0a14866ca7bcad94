import { afterEach, describe, expect, test } from 'bun:test'
import { answerOf, chat, faultOf } from '../../../../../conformance/text-engine/ask-engine.ts'
import { eventually } from '../../../../../support/eventually.ts'
import {
  answering,
  callPiece,
  CHAT,
  externalEngine,
  KEY,
  stopMachines,
} from '../../../../../support/machines/external-engine.ts'
import { chunkOf, eventStream } from '../../../../../support/machines/test-machine.ts'

afterEach(stopMachines)

const refusing = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  [CHAT]: () => Response.json(body, { status, headers }),
})

describe('refusals of the server', () => {
  test.each([
    [401, { error: { message: `bad key ${KEY}` } }, 'unavailable', 'The key of the external machine'],
    [404, { error: 'model not found' }, 'model_not_found', 'no longer has'],
    [429, {}, 'overloaded', 'no room'],
    [503, 'Loading model', 'overloaded', 'no room'],
    [
      400,
      { error: { message: 'maximum context length is 4096 tokens' } },
      'context_length_exceeded',
      'maximum context length',
    ],
    [
      400,
      { error: { type: 'exceed_context_size_error', message: 'x' } },
      'context_length_exceeded',
      'maximum context length',
    ],
    [400, { error: { message: `'foo'\n is bad, ${KEY}` } }, 'invalid_request', `"'foo' is bad, …"`],
    [500, { error: { message: 'boom '.repeat(1000) } }, 'engine_failed', 'boom boom'],
    [302, {}, 'engine_failed', 'failed'],
  ] as const)('%d %j is told as %s', async (status, body, code, part) => {
    const { engine } = await externalEngine(refusing(status, body))
    const fault = await faultOf(answerOf(engine, chat('x')))
    expect(fault.code).toBe(code)
    expect(fault.message).toContain(part)
    expect(fault.message).not.toContain(KEY)
    expect(fault.message.length).toBeLessThan(400)
  })

  test('say when to come again, within reason', async () => {
    const { engine, machine: there } = await externalEngine(refusing(429, {}, { 'retry-after': '17' }))
    expect(await faultOf(answerOf(engine, chat('x')))).toMatchObject({ retryAfterSeconds: 17 })
    there.answer(refusing(429, {}, { 'retry-after': '99999999' }))
    expect(await faultOf(answerOf(engine, chat('x')))).toMatchObject({ retryAfterSeconds: 3600 })
  })

  test('in the middle of a stream are typed too', async () => {
    const { engine } = await externalEngine(
      answering(chunkOf({ content: 'a' }), { error: { code: 503, message: 'out of memory' } }),
    )
    expect(await faultOf(answerOf(engine, chat('x')))).toMatchObject({ code: 'overloaded' })
  })
})

describe('servers that break their word', () => {
  test.each([
    ['no JSON', () => new Response('data: {oops\n\n', { headers: { 'content-type': 'text/event-stream' } })],
    ['a list', () => eventStream([1, 2])],
    ['no end', () => new Response(`data: ${JSON.stringify(chunkOf({ content: 'a' }))}\n\n`)],
    ['a web page', () => new Response('<html></html>', { headers: { 'content-type': 'text/html' } })],
    ['wild numbers of calls', () => eventStream(callPiece(1e9, { function: { name: 'x' } }))],
    [
      'JSON that is nested too deeply',
      () =>
        new Response(`data: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n\n`, {
          headers: { 'content-type': 'text/event-stream' },
        }),
    ],
  ])('%s ends as a typed failure', async (_what, answer) => {
    const { engine } = await externalEngine({ [CHAT]: answer })
    expect((await faultOf(answerOf(engine, chat('x')))).code).toBe('engine_failed')
  })

  test('a server that falls silent in the middle is left', async () => {
    const { engine, machine: there } = await externalEngine(
      {
        [CHAT]: () =>
          new Response(
            new ReadableStream({
              start: (controller) =>
                controller.enqueue(`data: ${JSON.stringify(chunkOf({ content: 'a' }))}\n\n`),
            }),
            { headers: { 'content-type': 'text/event-stream' } },
          ),
      },
      { quietMs: 100 },
    )
    const fault = await faultOf(answerOf(engine, chat('x')))
    expect(fault).toMatchObject({ code: 'engine_failed', message: expect.stringContaining('0.1 seconds') })
    await eventually('the server is left', () => there.aborted() === 1)
  })

  test('a server that is not there is a 503, and somebody looks after it', async () => {
    const { doubted, engine, machine: there } = await externalEngine({})
    await there.stop()
    const fault = await faultOf(answerOf(engine, chat('x')))
    expect(fault).toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 })
    expect(doubted).toEqual(['ext_1'])
  })
})
