import { afterEach, describe, expect, test } from 'bun:test'
import { answerOf, chat, faultOf } from '../../../../../conformance/text-engine/ask-engine.ts'
import { eventually } from '../../../../../support/eventually.ts'
import {
  answering,
  CHAT,
  externalEngine,
  KEY,
  stopMachines,
} from '../../../../../support/machines/external-engine.ts'
import { chunkOf, usageChunk } from '../../../../../support/machines/test-machine.ts'

afterEach(stopMachines)

describe('an answer', () => {
  test('comes with the server’s own counts, and the request says what was wished', async () => {
    const { engine, machine: there } = await externalEngine({})
    const { events, finish, text } = await answerOf(engine, chat('Hello!'), {
      sampling: { temperature: 0.5, topP: 0.9, seed: 7, frequencyPenalty: 1, topK: 0 },
      maxTokens: 20,
      stop: ['END'],
    })
    expect(text).toBe('Hello there.')
    expect(events.map(({ type }) => type)).toEqual([
      'generation-start',
      'text-delta',
      'text-delta',
      'generation-finish',
    ])
    expect(finish).toMatchObject({
      reason: 'stop',
      rawReason: 'eos',
      usage: { promptTokens: 7, completionTokens: 3, cachedTokens: 0 },
    })
    expect(finish.usage.isUncounted).toBeUndefined()
    expect(there.bodies).toEqual([
      {
        model: 'There',
        messages: [{ role: 'user', content: 'Hello!' }],
        stream: true,
        stream_options: { include_usage: true },
        temperature: 0.5,
        top_p: 0.9,
        seed: 7,
        frequency_penalty: 1,
        max_tokens: 20,
        stop: ['END'],
      },
    ])
    expect(there.keys).toEqual([`Bearer ${KEY}`])
  })

  test('of a server that tells no counts says that nobody counted', async () => {
    const { engine } = await externalEngine(
      answering(chunkOf({ content: 'a' }), chunkOf({ content: 'b' }, 'stop')),
    )
    const { finish } = await answerOf(engine, chat('x'))
    expect(finish.usage).toEqual({ promptTokens: 0, completionTokens: 2, cachedTokens: 0, isUncounted: true })
  })

  test('of a server that does not stream is taken as a whole', async () => {
    const whole = { ...usageChunk(2, 1), choices: [{ message: { content: 'All.' }, finish_reason: 'stop' }] }
    const { engine } = await externalEngine({ [CHAT]: () => Response.json(whole) })
    const { finish, text } = await answerOf(engine, chat('x'))
    expect(text).toBe('All.')
    expect(finish.usage).toMatchObject({ promptTokens: 2, completionTokens: 1 })
  })

  test.each([
    ['reasoning_content', [chunkOf({ reasoning_content: 'Hm.' }), chunkOf({ content: 'Yes.' }, 'stop')]],
    ['reasoning', [chunkOf({ reasoning: 'Hm.' }), chunkOf({ content: 'Yes.' }, 'stop')]],
    [
      'marks in its text',
      ['\n<thi', 'nk>\nH', 'm.\n</th', 'ink>\n\nYes', '.']
        .map((content) => chunkOf({ content }))
        .concat(chunkOf({}, 'stop')),
    ],
  ])('with thoughts by %s has them apart', async (_how, chunks) => {
    const { engine } = await externalEngine(answering(...chunks))
    const { events, text } = await answerOf(engine, chat('x'))
    const thoughts = events.map((event) => (event.type === 'reasoning-delta' ? event.text : '')).join('')
    expect({ thoughts: thoughts.trim(), text }).toEqual({ thoughts: 'Hm.', text: 'Yes.' })
  })

  test('ends at a stop string that the server ignores, and the server is left', async () => {
    const { engine, machine: there } = await externalEngine({
      [CHAT]: () =>
        new Response(
          new ReadableStream({
            async pull(controller) {
              controller.enqueue(`data: ${JSON.stringify(chunkOf({ content: 'one END two ' }))}\n\n`)
              await Bun.sleep(1)
            },
          }),
          { headers: { 'content-type': 'text/event-stream' } },
        ),
    })
    const { finish, text } = await answerOf(engine, chat('x'), { stop: ['END'] })
    expect({ text, stop: finish.stopText }).toEqual({ text: 'one ', stop: 'END' })
    await eventually('the server is left', () => there.aborted() === 1)
  })

  test('tells the probabilities that were asked for, and fails where there are none', async () => {
    const told = {
      content: [
        { token: 'Hi', logprob: -0.5, bytes: [72, 105], top_logprobs: [{ token: 'Ho', logprob: -1 }] },
      ],
    }
    const chunk = { choices: [{ delta: { content: 'Hi' }, logprobs: told, finish_reason: 'stop' }] }
    const { engine, machine: there } = await externalEngine(answering(chunk))
    const { events } = await answerOf(engine, chat('x'), { logprobs: 1 })
    expect(events[1]).toMatchObject({ logprobs: [{ text: 'Hi', logprob: -0.5, top: [{ text: 'Ho' }] }] })
    there.answer(answering(chunkOf({ content: 'Hi' }, 'stop')))
    expect(await faultOf(answerOf(engine, chat('x'), { logprobs: 1 }))).toMatchObject({
      code: 'engine_failed',
    })
  })
})

describe('the form of an answer', () => {
  const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }

  test('is sent along, and what does not have it fails', async () => {
    const { engine, machine: there } = await externalEngine(
      answering(chunkOf({ content: '{"a":1}' }, 'stop')),
    )
    const output = { type: 'json-schema', schema } as const
    expect((await answerOf(engine, chat('x'), { output })).text).toBe('{"a":1}')
    expect(there.bodies[0]).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { schema } },
    })
    there.answer(answering(chunkOf({ content: 'Sure! {"a":1}' }, 'stop')))
    expect((await faultOf(answerOf(engine, chat('x'), { output }))).code).toBe('engine_failed')
  })

  test('of a grammar is refused by name, but for a llama-server', async () => {
    const output = { type: 'grammar', grammar: 'root ::= "a"' } as const
    const { engine } = await externalEngine({})
    expect(await faultOf(answerOf(engine, chat('x'), { output }))).toMatchObject({
      code: 'invalid_request',
      param: 'grammar',
    })
    const other = await externalEngine(answering(chunkOf({ content: 'a' }, 'stop')), {
      product: 'llama-server',
    })
    expect((await answerOf(other.engine, chat('x'), { output })).text).toBe('a')
    expect(other.machine.bodies[0]).toMatchObject({ grammar: 'root ::= "a"' })
  })
})
