import { describe, expect, test } from 'bun:test'
import { answerGrammar } from '@service/chat/policy/chat-format/answer-grammar.ts'
import type { AnswerGrammarOptions } from '@service/chat/policy/chat-format/answer-grammar.ts'
import { HARMONY, HERMES } from '@service/chat/policy/chat-format/call-formats.ts'
import type { CallFormat } from '@service/chat/policy/chat-format/chat-format.ts'
import { Fault } from '@shared/fault/fault.ts'
import { getLlama } from '@service/chat/node_modules/node-llama-cpp/dist/index.js'
import { acceptsGbnf } from '../../../../../support/gbnf/accepts-gbnf.ts'
import { parseGbnf } from '../../../../../support/gbnf/gbnf-grammar.ts'
import { createGbnfSampler } from '../../../../../support/gbnf/sample-gbnf.ts'
import { CALLS_AS_WRITTEN, CLOCK, EVERY_CALL_FORMAT, WEATHER, callFormat } from './chat-format-examples.ts'
import { parsePieces, told } from './parse-in-pieces.ts'

const THINK = { open: '<think>', close: '</think>' }

const grammarFor = (calls: CallFormat, options: Partial<AnswerGrammarOptions> = {}) => {
  const grammar = answerGrammar({
    format: { calls, areToolsNative: true, reasoning: THINK },
    reasoningStart: 'none',
    tools: [WEATHER, CLOCK],
    toolChoice: { type: 'required' },
    isOneCallOnly: false,
    output: undefined,
    ...options,
  })
  if (grammar === undefined) throw new Error('There is no grammar.')
  return grammar
}

const accepts = (gbnf: string, text: string): boolean => acceptsGbnf(parseGbnf(gbnf), text)

// The package of the service, which the tests have not.
const outputs = [
  undefined,
  { type: 'json' },
  { type: 'grammar', grammar: 'root ::= "root" [a-z]+ # root' },
] as const

describe.each(EVERY_CALL_FORMAT.map((calls) => [calls.name, calls] as const))(
  'the family %s',
  (name, calls) => {
    test('may write what its models write', () => {
      expect(accepts(grammarFor(calls).gbnf, CALLS_AS_WRITTEN[name] ?? '')).toBe(true)
    })

    test('may write nothing else', () => {
      const { gbnf } = grammarFor(calls)
      const text = CALLS_AS_WRITTEN[name] ?? ''
      for (const other of [
        '',
        'Hello',
        `Hello ${text}`,
        text.replace('get_weather', 'get_wether'),
        text.slice(0, -1),
      ])
        expect(accepts(gbnf, other)).toBe(false)
    })

    test('can be read by llama.cpp, whatever is asked for', async () => {
      const llama = await getLlama({ gpu: false, build: 'never' })
      for (const output of outputs) {
        for (const type of ['auto', 'required'] as const) {
          const { gbnf } = grammarFor(calls, { toolChoice: { type }, output, reasoningStart: 'maybe' })
          expect(await llama.createGrammar({ grammar: gbnf })).toBeDefined()
        }
      }
    })

    test('whatever its grammar writes is read as whole calls with valid arguments', () => {
      // The sampler draws from named characters only: some that have to be escaped in JSON, and stand in no marker.
      const gbnf = grammarFor(calls).gbnf.replaceAll(/\[\^[^\]]*\]/g, String.raw`[ZQ\x22\x5c\n]`)
      const sample = createGbnfSampler(parseGbnf(gbnf), 7)
      for (let round = 0; round < 40; round++) {
        const text = sample()
        const lines = told(parsePieces([text], { calls })).filter((line) => !line.startsWith('reasoning'))
        expect(lines.length).toBeGreaterThan(0)
        for (const line of lines) {
          const [, , tool, json = ''] = /^call (\d+) (get_weather|now) \S* (.*) end$/s.exec(line) ?? []
          expect(tool).toBeDefined()
          const given = JSON.parse(json) as Record<string, unknown>
          if (tool === 'get_weather') expect(typeof given['city']).toBe('string')
          if ('days' in given) expect(Number.isInteger(given['days'])).toBe(true)
          if ('unit' in given) expect(['celsius', 'fahrenheit'].map(String)).toContain(String(given['unit']))
        }
      }
    })

    test('a grammar for a model that may call begins with what triggers it', () => {
      const { triggers = [] } = grammarFor(calls, { toolChoice: { type: 'auto' } })
      const text = CALLS_AS_WRITTEN[name] ?? ''
      const isTriggered = triggers.some((trigger) =>
        trigger.type === 'text' ? text.startsWith(trigger.text) : new RegExp(trigger.pattern).test(text),
      )
      expect(isTriggered).toBe(true)
    })
  },
)

test('neither tools nor a form: no grammar', () => {
  const options = {
    format: { calls: HERMES, areToolsNative: true },
    reasoningStart: 'none',
    toolChoice: { type: 'required' },
    isOneCallOnly: false,
    output: undefined,
  } as const
  expect(answerGrammar({ ...options, tools: [] })).toBeUndefined()
})

test('one call only is one call only', () => {
  const one = CALLS_AS_WRITTEN['hermes'] ?? ''
  expect(accepts(grammarFor(HERMES).gbnf, one + one)).toBe(true)
  expect(accepts(grammarFor(HERMES, { isOneCallOnly: true }).gbnf, one + one)).toBe(false)
  expect(accepts(grammarFor(HERMES, { isOneCallOnly: true }).gbnf, one)).toBe(true)
  expect(accepts(grammarFor(HERMES).gbnf, one.repeat(16))).toBe(true)
  expect(accepts(grammarFor(HERMES).gbnf, one.repeat(17))).toBe(false)
})

test('a tool that is named is the only one', () => {
  const { gbnf } = grammarFor(HERMES, { toolChoice: { type: 'tool', name: 'now' } })
  expect(accepts(gbnf, CALLS_AS_WRITTEN['hermes'] ?? '')).toBe(false)
  expect(accepts(gbnf, '<tool_call>{"name": "now", "arguments": {}}</tool_call>')).toBe(true)
})

test('reasoning comes before the calls, where the prompt opened it and where the model may', () => {
  const call = CALLS_AS_WRITTEN['hermes'] ?? ''
  const open = grammarFor(HERMES, { reasoningStart: 'open' }).gbnf
  expect(accepts(open, `a <</think <b></think>\n${call}`)).toBe(true)
  expect(accepts(open, call)).toBe(false)
  const maybe = grammarFor(HERMES, { reasoningStart: 'maybe' }).gbnf
  expect(accepts(maybe, `<think>a</think>${call}`)).toBe(true)
  expect(accepts(maybe, call)).toBe(true)
  expect(accepts(maybe, `a</think>${call}`)).toBe(false)
})

test('a call that a model writes of while it reasons triggers nothing', () => {
  const triggersOf = (reasoningStart: 'open' | 'maybe') =>
    grammarFor(HERMES, { toolChoice: { type: 'auto' }, reasoningStart }).triggers
  const outside = { open: '<think>', close: '</think>' }
  expect(triggersOf('open')).toEqual([
    { type: 'text', text: '<tool_call>', outside: { ...outside, isOpen: true } },
  ])
  expect(triggersOf('maybe')).toEqual([
    { type: 'text', text: '<tool_call>', outside: { ...outside, isOpen: false } },
  ])
})

test('a form and tools: the answer is either', () => {
  const { gbnf, triggers } = grammarFor(HERMES, { toolChoice: { type: 'auto' }, output: { type: 'json' } })
  expect(triggers).toBeUndefined()
  expect(accepts(gbnf, CALLS_AS_WRITTEN['hermes'] ?? '')).toBe(true)
  expect(accepts(gbnf, '{"a": 1}')).toBe(true)
  expect(accepts(gbnf, 'Hello')).toBe(false)
})

test('the form of an answer of gpt-oss is that of its final channel', () => {
  const { gbnf } = grammarFor(HARMONY, { tools: [], output: { type: 'json' } })
  expect(accepts(gbnf, '<|channel|>final<|message|>{}')).toBe(true)
  expect(
    accepts(gbnf, '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>{}'),
  ).toBe(true)
  expect(accepts(gbnf, '{}')).toBe(false)
})

test("a caller's own grammar keeps its strings, and goes as it is where nothing else is written", () => {
  const grammar = 'root ::= "root" again\nagain ::= [root] root | "."'
  expect(grammarFor(HERMES, { tools: [], output: { type: 'grammar', grammar } })).toEqual({ gbnf: grammar })
  const { gbnf } = grammarFor(HERMES, {
    tools: [],
    output: { type: 'grammar', grammar },
    reasoningStart: 'open',
  })
  expect(accepts(gbnf, 'a</think>rootoroot.')).toBe(true)
  expect(accepts(gbnf, 'rootoroot.')).toBe(false)
})

test('what tags cannot guarantee, a strict tool does not get', () => {
  const strict = {
    ...WEATHER,
    isStrict: true,
    parameters: { type: 'object', properties: { city: { type: 'string', pattern: '^B' } } },
  }
  const refused = () => grammarFor(callFormat('qwen-coder'), { tools: [strict] })
  expect(refused).toThrow(Fault)
  expect(refused).toThrow("'pattern' in the schema of the argument 'city' of 'get_weather'")
})

test('a refusal of a schema says which tool it is of', () => {
  const parameters = { type: 'object', properties: { a: { type: 'string', pattern: '(?=b)' } } }
  const refused = () => grammarFor(HERMES, { tools: [{ name: 'odd', isStrict: true, parameters }] })
  expect(refused).toThrow("The tool 'odd' (#/properties/a")
  expect(() => grammarFor(HERMES, { tools: [{ name: 'odd', parameters }] })).not.toThrow()
})
