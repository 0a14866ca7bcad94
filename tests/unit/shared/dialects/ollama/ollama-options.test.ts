import { describe, expect, test } from 'bun:test'
import { decodeOllamaOptions } from '@shared/dialects/ollama/ollama-options.ts'
import { Fault } from '@shared/fault/fault.ts'

const nothing = { sampling: {}, stop: [], warnings: [] }

describe("Ollama's options", () => {
  test('are nothing when they are absent, null or empty, or when each of them is null', () => {
    for (const value of [undefined, null, {}, { temperature: null, stop: null, numCtx: null }])
      expect(decodeOllamaOptions(value)).toEqual(nothing)
  })

  test('beyond the end of a scale are taken as its end', () => {
    const { sampling } = decodeOllamaOptions({
      temperature: -1, top_p: 7, min_p: -0.5, top_k: -1, repeat_last_n: -64,
    }) // prettier-ignore
    expect(sampling).toEqual({ temperature: 0, topP: 1, minP: 0, topK: 0, repeatLastTokens: -1 })
  })

  test('are whole numbers where whole numbers are meant', () => {
    const { sampling, maxTokens, contextTokens } = decodeOllamaOptions({
      top_k: 40.9, seed: -7.2, num_predict: 128.5, num_ctx: 8192.0,
    }) // prettier-ignore
    expect({ ...sampling, maxTokens, contextTokens }).toEqual({
      topK: 40, seed: -7, maxTokens: 128, contextTokens: 8192,
    }) // prettier-ignore
  })

  test('in their own spelling win over those in camelCase', () => {
    expect(decodeOllamaOptions({ topK: 1, top_k: 2, topP: 0.5 }).sampling).toEqual({ topK: 2, topP: 0.5 })
  })

  test('take one stop or many', () => {
    expect(decodeOllamaOptions({ stop: 'a' }).stop).toEqual(['a'])
    expect(decodeOllamaOptions({ stop: ['a', '', 'b'] }).stop).toEqual(['a', 'b'])
  })

  test('that nobody honours are named, also with the names of what every object has', () => {
    const options: unknown = JSON.parse('{"__proto__": 1, "constructor": 2, "num_keep": 4}')
    expect(decodeOllamaOptions(options).warnings).toEqual([
      "The option '__proto__' is unknown and has no effect.",
      "The option 'constructor' is unknown and has no effect.",
      "The option 'num_keep' has no effect.",
    ])
  })

  test('cut by typicality and by mirostat, unless these are off', () => {
    const samplingOf = (options: object) => decodeOllamaOptions(options).sampling
    expect(samplingOf({ typical_p: 0.7, mirostat: 2.0, mirostat_tau: 4.5, mirostat_eta: 0.2 })).toEqual({
      typicalP: 0.7,
      mirostat: { version: 2, tau: 4.5, eta: 0.2 },
    })
    expect(samplingOf({ typicalP: -1, mirostat: 1, mirostatEta: 7 })).toEqual({
      typicalP: 0,
      mirostat: { version: 1, eta: 1 },
    })
    expect(samplingOf({ typical_p: 1.0, mirostat: 0, mirostat_tau: 5, mirostat_eta: 0.1 })).toEqual({})
  })

  test('look back as far as they say: 0 is not at all, −1 is all', () => {
    for (const repeat_last_n of [0, -1, 64])
      expect(decodeOllamaOptions({ repeat_last_n }).sampling).toEqual({ repeatLastTokens: repeat_last_n })
  })

  const refused: [string, unknown][] = [
    ['options.mirostat', { mirostat: 1.5 }],
    ['options.mirostat', { mirostat: -1 }],
    ['options.mirostat_tau', { mirostat: 1, mirostat_tau: '5' }],
    ['options.typical_p', { typical_p: '1' }],
    ['options', 'warm'],
    ['options', [1]],
    ['options', Object.fromEntries(Array.from({ length: 129 }, (_, index) => [`option${index}`, 1]))],
    ['options.temperature', { temperature: '0.7' }],
    ['options.temperature', JSON.parse('{"temperature": 1e999}')],
    ['options.seed', { seed: 1e300 }],
    ['options.num_ctx', { num_ctx: true }],
    ['options.repeat_penalty', { repeat_penalty: -1 }],
    ['options.frequency_penalty', { frequencyPenalty: 2.5 }],
    ['options.stop[1]', { stop: ['a', 1] }],
  ]
  test.each(refused)('%s is refused by name', (param, value) => {
    const decode = (): unknown => decodeOllamaOptions(value)
    expect(decode).toThrow(Fault)
    expect(decode).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
  })
})
