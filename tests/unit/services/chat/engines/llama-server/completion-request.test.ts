import { expect, test } from 'bun:test'
import { completionRequest } from '@service/chat/engines/llama-server/completion-request.ts'
import { DEFAULT_SAMPLING } from '@shared/inference/default-sampling.ts'
import type { CompletionRequest } from '@service/chat/engines/completion-engine.ts'

const request = (part: Partial<CompletionRequest> = {}): CompletionRequest => ({
  prompt: { type: 'text', text: 'unused: the prompt comes rendered' },
  sampling: {},
  stop: [],
  visibleMarkers: [],
  ...part,
})

const body = (part: Partial<CompletionRequest> = {}): Readonly<Record<string, unknown>> =>
  completionRequest(request(part), 'hello', { contextTokens: 512, endTokens: [2, 7] })

test('what the client left out is sent as our default, not left to the server', () => {
  expect(body()).toMatchObject({
    prompt: 'hello',
    stream: true,
    return_progress: true,
    cache_prompt: true,
    n_predict: -1,
    temperature: DEFAULT_SAMPLING.temperature,
    top_p: DEFAULT_SAMPLING.topP,
    top_k: DEFAULT_SAMPLING.topK,
    min_p: DEFAULT_SAMPLING.minP,
    repeat_penalty: 1,
    frequency_penalty: 0,
    presence_penalty: 0,
    repeat_last_n: 64,
    typical_p: 1,
    mirostat: 0,
    n_probs: 0,
    post_sampling_probs: false,
    preserved_tokens: [],
    seed: 0xff_ff_ff_ff,
    logit_bias: [],
  })
})

test('what the client set is sent as it is', () => {
  const sampling = {
    temperature: 0,
    topP: 0.5,
    topK: 7,
    minP: 0.1,
    seed: 11,
    repeatPenalty: 1.1,
    frequencyPenalty: 0.2,
    presencePenalty: -0.3,
    repeatLastTokens: 9,
  }
  expect(body({ sampling, maxTokens: 5 })).toMatchObject({
    temperature: 0,
    top_p: 0.5,
    top_k: 7,
    min_p: 0.1,
    seed: 11,
    repeat_penalty: 1.1,
    frequency_penalty: 0.2,
    presence_penalty: -0.3,
    repeat_last_n: 9,
    n_predict: 5,
  })
})

test('a bias of −100 bans the token as far as a grammar leaves another, any other is added', () => {
  const logitBias = new Map([
    [1, -100],
    [2, 3.5],
    [3, -99],
  ])
  expect(body({ sampling: { logitBias } })['logit_bias']).toEqual([
    [1, -1e30],
    [2, 3.5],
    [3, -99],
  ])
})

test.each([
  [0, 0],
  [-1, 0xff_ff_ff_fe],
  [0xff_ff_ff_ff, 0xff_ff_ff_fe],
  [2 ** 32 + 5, 5],
])('the seed %p becomes 32 bits that do not mean "random": %p', (seed, sent) => {
  expect(body({ sampling: { seed } })['seed']).toBe(sent)
})

test('a budget beyond 32 bits is as good as the largest', () => {
  expect(body({ maxTokens: 2 ** 40 })['n_predict']).toBe(2 ** 31 - 1)
})

test('a look back goes no further than the context, and no number beyond 32 bits', () => {
  expect(body({ sampling: { repeatLastTokens: 2 ** 40 } })['repeat_last_n']).toBe(512)
  expect(body({ sampling: { repeatLastTokens: 100 } })['repeat_last_n']).toBe(100)
  expect(body({ sampling: { topK: 2 ** 40 } })['top_k']).toBe(2 ** 31 - 1)
})

test('stop strings stay here, and make the server tell its timings along the way', () => {
  expect(body({ stop: ['x'] })['stop']).toBeUndefined()
  expect(body({ stop: ['x'] })['timings_per_token']).toBe(true)
  expect(body()['timings_per_token']).toBe(false)
})

test('a negative look back is one at the whole context', () => {
  expect(body({ sampling: { repeatLastTokens: -1 } })['repeat_last_n']).toBe(512)
})

test('an end that is not wished for is banned like any token, beside the client’s own bans', () => {
  const logitBias = new Map([[5, 1]])
  expect(body({ sampling: { logitBias, ignoresEndOfAnswer: true } })['logit_bias']).toEqual([
    [5, 1],
    [2, -1e30],
    [7, -1e30],
  ])
})

test('typical sampling and mirostat are sent by their names, with the usual target and rate', () => {
  expect(body({ sampling: { typicalP: 0.3, mirostat: { version: 2 } } })).toMatchObject({
    typical_p: 0.3,
    mirostat: 2,
    mirostat_tau: 5,
    mirostat_eta: 0.1,
  })
  expect(body({ sampling: { mirostat: { version: 1, tau: 4, eta: 0.2 } } })).toMatchObject({
    mirostat: 1,
    mirostat_tau: 4,
    mirostat_eta: 0.2,
  })
})

test('probabilities are those before any sampling, and one is asked for where none but the token’s own is wanted', () => {
  expect(body({ logprobs: 5 })).toMatchObject({ n_probs: 5, post_sampling_probs: false })
  expect(body({ logprobs: 0 })['n_probs']).toBe(1)
})

test('markers that are to be seen are asked for', () => {
  expect(body({ visibleMarkers: ['[TOOL_CALLS]', '\ud800'] })['preserved_tokens']).toEqual([
    '[TOOL_CALLS]',
    '\ufffd',
  ])
})

test('a grammar without triggers governs the whole answer', () => {
  const sent = body({ grammar: { gbnf: 'root ::= "\ud800"' } })
  expect(sent).toMatchObject({ grammar: 'root ::= "\ufffd"', grammar_lazy: false })
  expect(sent).not.toHaveProperty('grammar_triggers')
  expect(body()).not.toHaveProperty('grammar')
})

test('triggers are patterns, and a text is one in which nothing has a meaning', () => {
  const triggers = [
    { type: 'text', text: '[CALL](a|b)*?{1}^$.\\+' },
    { type: 'pattern', pattern: '^\\s*(\\{)' },
  ] as const
  const sent = body({ grammar: { gbnf: 'root ::= "x"', triggers } })
  expect(sent).toMatchObject({
    grammar_lazy: true,
    grammar_triggers: [
      { type: 2, value: String.raw`\[CALL\]\(a\|b\)\*\?\{1\}\^\$\.\\\+` },
      { type: 2, value: String.raw`^\s*(\{)` },
    ],
  })
})
