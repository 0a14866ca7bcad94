import { afterEach, describe, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import type { TextEngine } from '@shared/inference/text-engine.ts'
import {
  answerOf,
  chat,
  faultOf,
  rejectionOf,
  soon,
} from '../../../../../conformance/text-engine/ask-engine.ts'
import { eventually } from '../../../../../support/eventually.ts'
import { CHAT, externalEngine, stopMachines } from '../../../../../support/machines/external-engine.ts'
import { chunkOf, eventStream } from '../../../../../support/machines/test-machine.ts'
import type { MachineAnswer } from '../../../../../support/machines/test-machine.ts'
import type { WireJson } from '../../../../../support/wire-json.ts'

afterEach(stopMachines)

test.each([
  [{ sampling: { topK: 40 } }, 'top_k'],
  [{ sampling: { minP: 0.1 } }, 'min_p'],
  [{ sampling: { mirostat: { version: 2 } } }, 'mirostat'],
  [{ sampling: { repeatPenalty: 1.1 } }, 'repeat_penalty'],
  [{ prompt: { type: 'tokens', tokens: [1] } }, 'prompt'],
  [{ prompt: { type: 'infill', prefix: 'a', suffix: 'b' } }, 'suffix'],
] as const)('what the server would ignore is refused by name: %j', async (wish, param) => {
  const { engine, machine: there } = await externalEngine({})
  const prompt = 'prompt' in wish ? wish.prompt : chat('x')
  expect(await faultOf(answerOf(engine, prompt, wish))).toMatchObject({ code: 'invalid_request', param })
  expect(there.bodies).toEqual([])
})

test('an image goes along as data; one that somebody would have to fetch is refused by its field', async () => {
  const { engine, machine: there } = await externalEngine({})
  const look = (source: { type: 'base64'; mediaType: string; data: string } | { type: 'url'; url: string }) =>
    answerOf(engine, {
      type: 'chat',
      messages: [
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'Look.' },
            { type: 'image', source, field: 'messages[0].content[1]' },
          ],
        },
      ],
    })
  await look({ type: 'base64', mediaType: 'image/png', data: 'AAAA' })
  expect(there.bodies[0]?.['messages'][0].content).toEqual([
    { type: 'text', text: 'Look.' },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
  ])
  expect(await faultOf(look({ type: 'url', url: 'http://10.0.0.1/' }))).toMatchObject({
    param: 'messages[0].content[1]',
  })
})

test('a caller who leaves closes the request there at once, also before the first token', async () => {
  const arrived = Promise.withResolvers<void>()
  const { engine, machine: there } = await externalEngine({
    [CHAT]: () => {
      arrived.resolve()
      return new Promise<Response>(() => undefined)
    },
  })
  const abort = new AbortController()
  const reason = new Error('left')
  const answer = rejectionOf(answerOf(engine, chat('x'), {}, abort.signal))
  await arrived.promise
  abort.abort(reason)
  expect(await answer).toBe(reason)
  await eventually('the server is left', () => there.aborted() === 1)
})

test('no more requests than slots are under way at the same time', async () => {
  const waiting: (() => void)[] = []
  const { engine, machine: there } = await externalEngine(
    {
      [CHAT]: async () => {
        await new Promise<void>((resolve) => waiting.push(resolve))
        return eventStream(chunkOf({ content: 'a' }, 'stop'))
      },
    },
    { slots: 2 },
  )
  const answers = [1, 2, 3].map(() => answerOf(engine, chat('x')))
  await eventually('two are there', () => waiting.length === 2)
  expect(there.bodies).toHaveLength(2)
  waiting.shift()?.()
  await eventually('the third came', () => waiting.length === 2)
  for (const go of waiting) go()
  expect(await Promise.all(answers)).toHaveLength(3)
})

describe('embeddings', () => {
  const embedding: MachineAnswer = (_request, body) =>
    Response.json({
      data: (body as WireJson).input
        .map((_: string, index: number) => ({ index, embedding: [3, index + 4] }))
        .toReversed(),
      usage: { prompt_tokens: 5, total_tokens: 5 },
    })
  const inputs = (...texts: readonly string[]) => texts.map((text) => ({ type: 'text' as const, text }))
  const embed = (engine: TextEngine, count: number) =>
    engine.embed(
      { model: engine.model, inputs: inputs(...Array.from({ length: count }, (_, index) => `t${index}`)) },
      soon(),
    )

  test('are of unit length and in order, in several calls where there are many', async () => {
    const { engine, machine: there } = await externalEngine({ 'POST /v1/embeddings': embedding })
    const { promptTokens, vectors } = await embed(engine, 40)
    expect(vectors).toHaveLength(40)
    expect([...vectors[0]!]).toEqual([Math.fround(0.6), Math.fround(0.8)])
    expect(promptTokens).toBe(10)
    expect(there.bodies).toHaveLength(2)
  })

  test.each([
    [{ data: [] }],
    [{ data: [{ index: 0, embedding: ['x'] }] }],
    [{ data: [{ index: 0, embedding: [] }] }],
    [{ data: [{ index: 0, embedding: [0, 0] }] }],
    [{ data: [{ index: 5, embedding: [1] }] }],
    ['no'],
  ])('that are none are a typed failure: %j', async (reply) => {
    const { engine } = await externalEngine({ 'POST /v1/embeddings': () => Response.json(reply) })
    expect((await faultOf(embed(engine, 1))).code).toBe('engine_failed')
  })

  test('and scores of a model that has none are refused', async () => {
    const { engine } = await externalEngine({}, { card: { capabilities: ['chat'] } })
    expect(await faultOf(embed(engine, 1))).toMatchObject({ code: 'invalid_request', param: 'model' })
    const rank = engine.rank({ model: engine.model, query: 'q', documents: ['d'] }, soon())
    expect(await faultOf(rank)).toMatchObject({ code: 'invalid_request', param: 'model' })
  })
})

test('scores come in the order of the documents, 0…1', async () => {
  const { engine } = await externalEngine(
    {
      'POST /v1/rerank': () =>
        Response.json({
          results: [
            { index: 1, relevance_score: 0 },
            { index: 0, relevance_score: 50 },
          ],
        }),
    },
    { product: 'llama-server', card: { capabilities: ['rerank'] } },
  )
  const { scores } = await engine.rank({ model: engine.model, query: 'q', documents: ['a', 'b'] }, soon())
  expect(scores).toEqual([1, 0.5])
})

test('tokens are told by a llama-server, and refused by name elsewhere', async () => {
  const other = await externalEngine({})
  for (const asked of [
    other.engine.tokenize('x'),
    other.engine.detokenize([1]),
    other.engine.countPromptTokens({ prompt: chat('x') }, soon()),
  ])
    expect((await faultOf(asked)).code).toBe('not_supported')
  const { engine } = await externalEngine(
    {
      'POST /apply-template': () => Response.json({ prompt: '<user>x' }),
      'POST /tokenize': (_request, body) =>
        Response.json({ tokens: [...(body as WireJson).content].map((_, index) => index) }),
      'POST /detokenize': () => Response.json({ content: 'abc' }),
    },
    { product: 'llama-server' },
  )
  expect(await engine.tokenize('abc')).toEqual([0, 1, 2])
  expect(await engine.detokenize([0, 1, 2])).toBe('abc')
  expect(await engine.countPromptTokens({ prompt: chat('x') }, soon())).toBe(7)
})

test('the engine takes no memory and no process, and its end ends what is under way', async () => {
  const { engine } = await externalEngine({ [CHAT]: () => new Promise<Response>(() => undefined) })
  expect({ process: engine.processId, bytes: await engine.residentBytes() }).toEqual({ process: 0, bytes: 0 })
  const answer = faultOf(answerOf(engine, chat('x')))
  await engine.close()
  expect(await answer).toBeInstanceOf(Fault)
  expect(await engine.exited).toBe('closed')
})
