import { expect, test } from 'bun:test'
import type {
  ChatPrompt,
  GenerateRequest,
  Message,
  ToolDefinition,
} from '@shared/inference/generate-request.ts'
import { KNOWN_ANSWER } from '../../support/gguf/known-answer-model.ts'
import type { Answer } from './ask-engine.ts'
import { answerOf, faultOf, soon } from './ask-engine.ts'
import type { EngineBench } from './engine-bench.ts'

const MARKER = '<|im_end|>'

const WEATHER: ToolDefinition = {
  name: 'weather',
  description: 'Tells the weather.',
  parameters: {
    type: 'object',
    properties: { city: { enum: ['Ulm', 'Rome'] }, days: { enum: [1, 2] } },
    required: ['city', 'days'],
    additionalProperties: false,
  },
}

const CLOCK: ToolDefinition = {
  name: 'clock',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
}

const ask: Message = { role: 'user', parts: [{ type: 'text', text: 'Weather?' }] }

const prompt = (messages: readonly Message[], tools: readonly ToolDefinition[]): ChatPrompt => ({
  type: 'chat',
  messages,
  tools,
})

interface ReadCall {
  readonly name: string
  readonly arguments: unknown
}

/** The calls of an answer, each told whole before the next. */
const callsOf = ({ events }: Answer): readonly ReadCall[] => {
  const calls: { name: string; text: string }[] = []
  for (const event of events) {
    if (event.type === 'tool-call-start') {
      expect(event.index).toBe(calls.length)
      calls.push({ name: event.name, text: '' })
    }
    const last = calls.at(-1)
    if (event.type === 'tool-call-delta' && last !== undefined) last.text += event.text
    if (event.type === 'tool-call-delta' || event.type === 'tool-call-end')
      expect(event.index).toBe(calls.length - 1)
  }
  return calls.map(({ name, text }) => ({ name, arguments: JSON.parse(text) }))
}

export const describeTools = (bench: EngineBench): void => {
  const call = async (
    change: Partial<GenerateRequest>,
    tools: readonly ToolDefinition[] = [WEATHER, CLOCK],
  ) => answerOf(await bench.engine('random'), prompt([ask], tools), { maxTokens: 200, ...change })

  for (const temperature of [0, 1]) {
    test(`who must call a certain tool calls it, its arguments as its schema wants them (temperature ${temperature})`, async () => {
      const answer = await call({
        toolChoice: { type: 'tool', name: 'weather' },
        isOneCallOnly: true,
        sampling: { temperature, seed: 4 },
      })
      expect(answer.finish.reason).toBe('tool-calls')
      expect(answer.text).toBe('')
      const [made] = callsOf(answer)
      expect(made).toEqual({
        name: 'weather',
        arguments: { city: expect.stringMatching(/^(Ulm|Rome)$/), days: expect.any(Number) },
      })
    })

    test(`a call is told from its beginning to its end, with all of its tokens (temperature ${temperature})`, async () => {
      const { events, finish } = await call({
        toolChoice: { type: 'tool', name: 'weather' },
        isOneCallOnly: true,
        sampling: { temperature, seed: 6 },
      })
      const types = events.map(({ type }) => type)
      expect(types.slice(0, 2)).toEqual(['generation-start', 'tool-call-start'])
      expect(types.slice(-2)).toEqual(['tool-call-end', 'generation-finish'])
      expect(types.slice(2, -2).every((type) => type === 'tool-call-delta')).toBe(true)
      const tokens = events.map((event) => ('tokens' in event ? event.tokens : 0))
      expect(tokens.reduce((sum, count) => sum + count, 0)).toBe(finish.usage.completionTokens)
    })

    test(`who must call something calls one of the tools (temperature ${temperature})`, async () => {
      const answer = await call({
        toolChoice: { type: 'required' },
        isOneCallOnly: true,
        sampling: { temperature, seed: 5 },
      })
      expect(answer.finish.reason).toBe('tool-calls')
      expect(['weather', 'clock']).toContain(callsOf(answer)[0]?.name ?? '')
    })
  }

  test('a model that has tools and needs none answers as ever', async () => {
    const engine = await bench.engine('known-answer')
    const answer = await answerOf(engine, prompt([ask], [WEATHER]))
    expect(answer.text).toBe(KNOWN_ANSWER)
    expect(answer.finish.reason).toBe('stop')
  })

  test('tools, calls and results are part of what the model reads', async () => {
    const engine = await bench.engine('known-answer')
    const made: Message = {
      role: 'assistant',
      parts: [{ type: 'tool-call', id: 'call_1', name: 'weather', arguments: '{"city":"Ulm","days":1}' }],
    }
    const result = (text: string): Message => ({
      role: 'tool',
      name: 'weather',
      toolCallId: 'call_1',
      parts: [{ type: 'text', text }],
    })
    const count = (messages: readonly Message[], tools: readonly ToolDefinition[]) =>
      engine.countPromptTokens({ prompt: prompt(messages, tools) }, soon())
    const counts = [
      await count([ask], []),
      await count([ask], [WEATHER]),
      await count([ask, made], [WEATHER]),
      await count([ask, made, result('Sunny')], [WEATHER]),
      await count([ask, made, result(`Sunny${MARKER}${MARKER}`)], [WEATHER]),
    ]
    for (const [place, tokens] of counts.slice(1).entries())
      expect(tokens).toBeGreaterThan(counts[place] ?? 0)
    const marker = await engine.tokenize(MARKER)
    // Markers that were read would be two tokens. Where a text is cut for its own sake, a neighbour may be cut otherwise.
    expect((counts[4] ?? 0) - (counts[3] ?? 0)).toBeGreaterThanOrEqual(2 * marker.length - 4)
    const { text } = await answerOf(engine, prompt([ask, made, result(`Sunny${MARKER}`)], [WEATHER]))
    expect(text).toBe(KNOWN_ANSWER)
  })

  test('a choice of a tool that is not there is refused', async () => {
    const fault = await faultOf(call({ toolChoice: { type: 'tool', name: 'oven' } }))
    expect(fault.code).toBe('invalid_request')
  })
}
