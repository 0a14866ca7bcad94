import { expect, test } from 'bun:test'
import { array, assert, constant, constantFrom, nat, oneof, pre, property, record, tuple } from 'fast-check'
import { createAnswerParser } from '@service/chat/policy/chat-format/answer-parser.ts'
import { HARMONY, HERMES } from '@service/chat/policy/chat-format/call-formats.ts'
import { CALLS_AS_WRITTEN, EVERY_CALL_FORMAT, callFormat } from './chat-format-examples.ts'
import { everyCut, parsePieces, told, tokensOf } from './parse-in-pieces.ts'
import type { ParseOptions } from './parse-in-pieces.ts'

/** The same at every cut, and every token counted. */
const expectTold = (text: string, options: ParseOptions, lines: readonly string[]): void => {
  for (const pieces of everyCut(text)) {
    const events = parsePieces(pieces, options)
    expect(told(events)).toEqual([...lines])
    expect(tokensOf(events)).toBe(pieces.length)
  }
}

test('every family has its example', () => {
  expect(EVERY_CALL_FORMAT.map(({ name }) => name).toSorted()).toEqual(
    Object.keys(CALLS_AS_WRITTEN).toSorted(),
  )
})

const OWN_IDS: Readonly<Record<string, string>> = { kimi: 'functions.get_weather:0' }

for (const [name, text] of Object.entries(CALLS_AS_WRITTEN)) {
  test(`reads a call of the family ${name}, wherever the text is cut`, () => {
    const id = OWN_IDS[name] ?? 'id-0'
    expectTold(text, { calls: callFormat(name) }, [`call 0 get_weather ${id} {"city": "Bonn"} end`])
  })
}

for (const name of ['hermes', 'glm', 'mistral-named', 'qwen-coder']) {
  test(`reads text and then two calls of the family ${name}`, () => {
    const call = CALLS_AS_WRITTEN[name] ?? ''
    expectTold(`I look. \n\n${call}\n${call}\n`, { calls: callFormat(name) }, [
      'text I look.',
      'call 0 get_weather id-0 {"city": "Bonn"} end',
      'call 1 get_weather id-1 {"city": "Bonn"} end',
    ])
  })
}

test('reads several calls of one section', () => {
  const one = '{"name": "now", "arguments": {}}'
  expectTold(`[TOOL_CALLS] [${one}, ${one}]`, { calls: callFormat('mistral') }, [
    'call 0 now id-0 {} end',
    'call 1 now id-1 {} end',
  ])
})

test('arguments in tags become JSON by their schema', () => {
  const text =
    '<tool_call><function=get_weather><parameter=city>\nSay "hi"\n\\o/\n</parameter>\n<parameter=days>\n3\n</parameter><parameter=unit>celsius</parameter><parameter=places>["a", "b"]</parameter><parameter=other>five</parameter></function></tool_call>'
  expectTold(text, { calls: callFormat('qwen-coder') }, [
    String.raw`call 0 get_weather id-0 {"city": "Say \"hi\"\n\\o/", "days": 3, "unit": "celsius", "places": ["a", "b"], "other": "five"} end`,
  ])
})

test('reads a call in tags without any argument', () => {
  expectTold('<tool_call>now</tool_call>', { calls: callFormat('glm') }, ['call 0 now id-0 {} end'])
})

test('reads arguments that come before the name', () => {
  expectTold(
    '<tool_call>{"arguments": {"city": "}"}, "name": "get_weather"}</tool_call>',
    { calls: HERMES },
    ['call 0 get_weather id-0 {"city": "}"} end'],
  )
})

test('reads the call id that a model of Mistral writes', () => {
  expectTold('[TOOL_CALLS]now[CALL_ID]abc123def[ARGS]{}', { calls: callFormat('mistral-named') }, [
    'call 0 now abc123def {} end',
  ])
})

test('reasoning ends at its marker, and the space around it is left out', () => {
  expectTold('\n<think>\nAh, <tool_call> </thin \n</think>\n\nHello.  ', { calls: HERMES, start: 'maybe' }, [
    'reasoning Ah, <tool_call> </thin',
    'text Hello.  ',
  ])
})

test('reasoning that the prompt opened begins with the answer', () => {
  expectTold('Hm.</think>Yes', { calls: HERMES, start: 'open' }, ['reasoning Hm.', 'text Yes'])
})

test('a model that need not reason need not', () => {
  expectTold(' <thin air', { calls: HERMES, start: 'maybe' }, ['text  <thin air'])
})

test('a marker of reasoning within the text is text', () => {
  expectTold('Write <think> first', { calls: HERMES, start: 'maybe' }, ['text Write <think> first'])
})

test('reasoning without an end is reasoning', () => {
  expectTold('<think>Well', { calls: HERMES, start: 'maybe' }, ['reasoning Well'])
})

test('the channels of gpt-oss are reasoning, call and text', () => {
  expectTold(
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hello.',
    { calls: HARMONY },
    ['reasoning Hm.', 'text Hello.'],
  )
  expectTold(
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant to=functions.now<|channel|>commentary json<|message|>{}<|call|>',
    { calls: HARMONY },
    ['reasoning Hm.', 'call 0 now id-0 {} end'],
  )
})

test('the markers around the text of Command are no part of it', () => {
  expectTold('<|START_RESPONSE|>Hello<|END_RESPONSE|>', { calls: callFormat('command') }, ['text Hello'])
})

test('what only looks like a call is text', () => {
  expectTold('a <tool_cal b', { calls: HERMES }, ['text a <tool_cal b'])
  expectTold('<tool_call>{"city": 1}</tool_call>', { calls: HERMES }, [
    'text <tool_call>{"city": 1}</tool_call>',
  ])
  expectTold('{"city": "Bonn"}', { calls: callFormat('llama') }, ['text {"city": "Bonn"}'])
  expectTold('{"name', { calls: callFormat('llama') }, ['text {"name'])
})

test('a call that was cut off has no end', () => {
  expectTold('<tool_call>{"name": "now", "arguments": {"a": ', { calls: HERMES }, ['call 0 now id-0 {"a": '])
  expectTold('<tool_call><function=get_weather><parameter=city>Bo', { calls: callFormat('qwen-coder') }, [
    'call 0 get_weather id-0 {"city": "Bo',
  ])
})

test('a call is whole with its arguments, also when its marker is cut off', () => {
  expectTold('<tool_call>{"name": "now", "arguments": {}}\n</tool', { calls: HERMES }, [
    'call 0 now id-0 {} end',
  ])
})

test('without tools nothing is a call', () => {
  const text = CALLS_AS_WRITTEN['hermes'] ?? ''
  expectTold(text, { calls: HERMES, tools: [] }, [`text ${text}`])
})

test('probabilities go out with the text that was held back', () => {
  const parser = createAnswerParser({
    format: { calls: HERMES, areToolsNative: true },
    reasoningStart: 'none',
    tools: [{ name: 'now', parameters: {} }],
    makeCallId: () => 'id',
  })
  const logprobs = (text: string) => [{ id: 1, text, bytes: [], logprob: -1, top: [] }]
  expect(parser.push({ text: '<tool', tokens: 1, logprobs: logprobs('<tool') })).toEqual([])
  expect(parser.push({ text: ' box', tokens: 1, logprobs: logprobs(' box') })).toEqual([
    {
      type: 'text-delta',
      text: '<tool box',
      tokens: 2,
      logprobs: [...logprobs('<tool'), ...logprobs(' box')],
    },
  ])
})

test('the cut never matters, however broken the answer is', () => {
  const shreds = constantFrom('<think>', '</think>', '\n', ' ', 'hello', '{', '}', '"', '<tool', 'ü😀', ',')
  const answer = constantFrom(...EVERY_CALL_FORMAT).chain((calls) => {
    const example = CALLS_AS_WRITTEN[calls.name] ?? ''
    const part = tuple(nat(example.length), nat(example.length)).map(([from, to]) =>
      example.slice(Math.min(from, to), Math.max(from, to)),
    )
    return record({
      calls: constant(calls),
      start: constantFrom('none' as const, 'maybe' as const, 'open' as const),
      pieces: array(oneof(shreds, part, constant(example)), { minLength: 1, maxLength: 6 }),
    })
  })
  const neverMatters = property(answer, ({ calls, start, pieces }) => {
    const text = pieces.join('')
    // An engine sends no empty text.
    pre(text !== '')
    const events = parsePieces([...text], { calls, start })
    expect(told(events)).toEqual([...told(parsePieces([text], { calls, start }))])
    expect(tokensOf(events)).toBe([...text].length)
  })
  assert(neverMatters, { numRuns: 2000, seed: 20_261_121 })
})

test('the time for an answer grows with its length, not faster', () => {
  const time = (length: number): number => {
    const pieces = Array.from({ length }, () => ' <tool_call')
    const startedAt = performance.now()
    parsePieces(pieces, { calls: HERMES, start: 'open' })
    parsePieces(['</think>', ...pieces], { calls: HERMES, start: 'open' })
    parsePieces(['<tool_call>{"name": "now", "arguments": {"a": "', ...pieces], { calls: HERMES })
    return performance.now() - startedAt
  }
  time(2000)
  // Eight times the text; with work for all that came before it would be 64 times the work.
  expect(time(40_000) / Math.max(1, time(5000))).toBeLessThan(30)
})
