import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formattedTextEngineDriver } from '@service/chat/engines/formatted-text-engine.ts'
import { createNodeLlamaEngineDriver } from '@service/chat/engines/node-llama-cpp/node-llama-engine-driver.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ChatPrompt, GenerateRequest, Prompt } from '@shared/inference/generate-request.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { TextEngine } from '@shared/inference/text-engine.ts'
import { createLog } from '@shared/log/create-log.ts'
import { writeTestModel } from '../../../../support/gguf/test-models.ts'
import { modelCardFor } from '../../../../support/model-card-for.ts'
import { WRITTEN_MODEL, openWrittenEngine } from './written-engine.ts'

const NOW = { name: 'now', parameters: { type: 'object', properties: {} } } as const

const chat = (more: Partial<ChatPrompt> = {}): ChatPrompt => ({
  type: 'chat',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
  ...more,
})

const request = (more: Partial<GenerateRequest> = {}): GenerateRequest => ({
  model: WRITTEN_MODEL,
  prompt: chat(),
  sampling: {},
  stop: [],
  ...more,
})

const eventsOf = (engine: TextEngine, asked: GenerateRequest): Promise<readonly GenerationEvent[]> =>
  Array.fromAsync(engine.generate(asked, AbortSignal.any([])))

const said = (prompt: Prompt | undefined): string =>
  prompt?.type === 'chat'
    ? prompt.messages
        .map(
          ({ role, parts }) =>
            `${role}: ${parts.map((part) => ('text' in part ? part.text : part.type)).join('')}`,
        )
        .join('\n')
    : ''

/** A template that knows neither tools nor reasoning. */
const PLAIN = { chatTemplate: 'plain', render: (prompt: ChatPrompt) => `${said(prompt)}\nmodel: ` }
/** A template whose prompts open the reasoning, unless it is switched off. */
const THINKING = {
  chatTemplate: '<think></think>',
  render: (prompt: ChatPrompt) =>
    `${said(prompt)}\nmodel: <think>${prompt.reasoning?.isEnabled === false ? '</think>' : ''}`,
}

const whole = (events: readonly GenerationEvent[], type: 'text-delta' | 'reasoning-delta'): string =>
  events.map((event) => (event.type === type ? event.text : '')).join('')

test('a plain chat goes through untouched, its stop strings with it', async () => {
  const { engine, requests, rendered } = await openWrittenEngine({
    ...PLAIN,
    pieces: ['Hi <tool_call>', ' '],
  })
  const events = await eventsOf(engine, request({ stop: ['x'] }))
  expect(events.map(({ type }) => type)).toEqual([
    'generation-start',
    'text-delta',
    'text-delta',
    'generation-finish',
  ])
  expect(requests[0]).toEqual({ prompt: chat(), sampling: {}, stop: ['x'], visibleMarkers: [] })
  expect(rendered).toEqual([])
})

test('reasoning that the prompt opened is told apart from the text and counted', async () => {
  const { engine, requests } = await openWrittenEngine({
    ...THINKING,
    pieces: ['Hm', '.', '</think>', 'Yes'],
  })
  const events = await eventsOf(engine, request())
  expect(whole(events, 'reasoning-delta')).toBe('Hm.')
  expect(whole(events, 'text-delta')).toBe('Yes')
  expect(events.at(-1)).toMatchObject({ reason: 'stop', rawReason: 'eos', usage: { reasoningTokens: 2 } })
  expect(requests[0]?.visibleMarkers).toEqual(['<think>', '</think>'])
})

test('with its reasoning off the same model answers with text only', async () => {
  const { engine, requests } = await openWrittenEngine({ ...THINKING, pieces: ['</think>'] })
  const events = await eventsOf(
    engine,
    request({ prompt: chat({ reasoning: { isEnabled: false } }), stop: ['x'] }),
  )
  expect(whole(events, 'text-delta')).toBe('</think>')
  expect(requests[0]).toMatchObject({ stop: ['x'], visibleMarkers: [] })
})

test('the template is asked for the end of its prompts once', async () => {
  const { engine, rendered } = await openWrittenEngine({ ...THINKING, pieces: ['a'] })
  await eventsOf(engine, request())
  const first = rendered.length
  await eventsOf(engine, request())
  expect(rendered.length).toBe(first)
})

test('a model whose template knows no tools is told of them in words, and its calls are read', async () => {
  const pieces = ['Look. ', '<tool_call>', '{"name": "now", ', '"arguments": {', '}}', '</tool_call>']
  const { engine, requests, counted } = await openWrittenEngine({ ...PLAIN, pieces })
  const prompt = chat({ tools: [NOW] })
  const events = await eventsOf(engine, request({ prompt }))
  expect(said(requests[0]?.prompt)).toContain('system: # Tools')
  expect(requests[0]?.grammar?.triggers).toEqual([{ type: 'text', text: '<tool_call>' }])
  expect(events.slice(1, -1)).toEqual([
    { type: 'text-delta', text: 'Look.', tokens: 1 },
    {
      type: 'tool-call-start',
      index: 0,
      id: expect.stringMatching(/^call_[0-9a-f]{24}$/),
      name: 'now',
      tokens: 2,
    },
    { type: 'tool-call-delta', index: 0, text: '{', tokens: 1 },
    { type: 'tool-call-delta', index: 0, text: '}', tokens: 2 },
    { type: 'tool-call-end', index: 0 },
  ])
  expect(events.at(-1)).toMatchObject({ reason: 'tool-calls', rawReason: 'tool-calls' })
  expect(await engine.countPromptTokens({ prompt }, AbortSignal.any([]))).toBe(7)
  expect(counted[0]).toEqual(requests[0]?.prompt)
})

test('a call that the token budget cut off is told as far as it came', async () => {
  const pieces = ['<tool_call>{"name": "now", "arguments": {"a']
  const { engine } = await openWrittenEngine({ ...PLAIN, pieces, reason: 'length' })
  const events = await eventsOf(engine, request({ prompt: chat({ tools: [NOW] }) }))
  expect(events.map(({ type }) => type)).not.toContain('tool-call-end')
  expect(events.at(-1)).toMatchObject({ reason: 'length', rawReason: 'max-tokens' })
})

test('a stop string ends the text, and cuts neither reasoning nor a call', async () => {
  const call = '<tool_call>{"name": "now", "arguments": {"END": 1}}</tool_call>'
  const calling = await openWrittenEngine({ ...PLAIN, pieces: [call] })
  const asked = request({ prompt: chat({ tools: [NOW] }), stop: ['END'] })
  expect((await eventsOf(calling.engine, asked)).at(-1)).toMatchObject({ reason: 'tool-calls' })
  expect(calling.requests[0]?.stop).toEqual([])

  const thinking = await openWrittenEngine({
    ...THINKING,
    pieces: ['END?', '</think>', 'Yes E', 'N', 'D no', ' more'],
  })
  const events = await eventsOf(thinking.engine, request({ stop: ['END'] }))
  expect(whole(events, 'reasoning-delta')).toBe('END?')
  expect(whole(events, 'text-delta')).toBe('Yes ')
  expect(events.at(-1)).toMatchObject({
    reason: 'stop',
    rawReason: 'stop-string',
    stopText: 'END',
    usage: { promptTokens: 5, completionTokens: 5, cachedTokens: 2, reasoningTokens: 1 },
  })
  const told = events.reduce((sum, event) => sum + ('tokens' in event ? event.tokens : 0), 0)
  expect(told).toBe(5)
})

test('an image is refused by its field, when it is answered and when it is counted', async () => {
  const { engine } = await openWrittenEngine({ ...PLAIN, pieces: [] })
  const source = { type: 'url', url: 'http://localhost/a.png' } as const
  const field = 'messages[0].content[1]'
  const prompt = chat({ messages: [{ role: 'user', parts: [{ type: 'image', source, field }] }] })
  const message = "'messages[0].content[1]': the model 'a-model' cannot see images."
  await expect(eventsOf(engine, request({ prompt }))).rejects.toThrow(message)
  await expect(engine.countPromptTokens({ prompt }, AbortSignal.any([]))).rejects.toThrow(message)
})

test('a choice of a tool that is not there is refused by name', async () => {
  const { engine } = await openWrittenEngine({ ...PLAIN, pieces: [] })
  const asked = request({ prompt: chat({ tools: [NOW] }), toolChoice: { type: 'tool', name: 'later' } })
  const refusal = await eventsOf(engine, asked).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(Fault)
  expect(refusal).toMatchObject({ code: 'invalid_request', message: expect.stringContaining("'later'") })
})

test('mere text is not parsed, but its form is held to', async () => {
  const { engine, requests } = await openWrittenEngine({ ...THINKING, pieces: ['{}'] })
  const prompt = { type: 'text', text: 'a' } as const
  await eventsOf(engine, request({ prompt, output: { type: 'grammar', grammar: 'root ::= "{}"' } }))
  expect(requests[0]).toMatchObject({ prompt, grammar: { gbnf: 'root ::= "{}"' }, visibleMarkers: [] })
})

test('a template that fails on the probes leaves a model that is told of tools in words', async () => {
  const { engine, requests } = await openWrittenEngine({
    pieces: ['Hello'],
    chatTemplate: 'broken',
    render: () => {
      throw new Fault('invalid_request', 'No.')
    },
  })
  const events = await eventsOf(engine, request({ prompt: chat({ tools: [NOW] }) }))
  expect(whole(events, 'text-delta')).toBe('Hello')
  expect(said(requests[0]?.prompt)).toContain('# Tools')
})

/** The calls of an answer, their arguments parsed. */
const callsOf = (
  events: readonly GenerationEvent[],
): readonly { readonly name: string; readonly value: unknown }[] =>
  events.flatMap((call) => {
    if (call.type !== 'tool-call-start') return []
    const texts = events.flatMap((event) =>
      event.type === 'tool-call-delta' && event.index === call.index ? [event.text] : [],
    )
    return [{ name: call.name, value: JSON.parse(texts.join('')) as unknown }]
  })

test('a model of random weights that has to call writes valid calls only', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'skein-calls-'))
  const path = join(directory, 'random.gguf')
  await writeTestModel('random-bpe', path)
  const log = createLog('test', 'silent')
  const driver = formattedTextEngineDriver(createNodeLlamaEngineDriver({ accelerator: 'cpu', log }))
  const options = { contextTokens: 2048, slots: 1, threads: 1 }
  const engine = await driver.load(await modelCardFor('random', path), options, AbortSignal.any([]))
  try {
    const parameters = {
      type: 'object',
      properties: { city: { type: 'string', maxLength: 9 }, days: { type: 'integer' } },
      required: ['city', 'days'],
    }
    const prompt = chat({ tools: [NOW, { name: 'weather', parameters }] })
    const allowed = { required: ['now', 'weather'], tool: ['weather'] }
    for (const toolChoice of [{ type: 'required' }, { type: 'tool', name: 'weather' }] as const) {
      const asked = request({
        model: engine.model,
        prompt,
        toolChoice,
        // So that the budget cuts none off.
        isOneCallOnly: true,
        sampling: { seed: 3 },
        maxTokens: 1500,
      })
      const events = await eventsOf(engine, asked)
      const calls = callsOf(events)
      expect(events.at(-1)).toMatchObject({ reason: 'tool-calls' })
      expect(whole(events, 'text-delta')).toBe('')
      expect(calls.length).toBeGreaterThan(0)
      expect(calls.filter(({ name }) => !allowed[toolChoice.type].includes(name))).toEqual([])
      const weather = calls.flatMap(({ name, value }) => (name === 'weather' ? [value] : []))
      expect(weather).toEqual(weather.map(() => ({ city: expect.any(String), days: expect.any(Number) })))
    }
  } finally {
    await engine.close()
    await rm(directory, { recursive: true })
  }
}, 60_000)
