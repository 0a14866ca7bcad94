import { describe, expect, test } from 'bun:test'
import {
  decodeOllamaShow,
  encodeOllamaPs,
  encodeOllamaShow,
  encodeOllamaTags,
  ollamaModelNotFound,
  ollamaName,
} from '@shared/dialects/ollama/ollama-models.ts'
import type { OllamaModelView } from '@shared/dialects/ollama/ollama-models.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import { scriptedCard } from '../../../../support/scripted-node.ts'

const DIGEST = 'd'.repeat(64)

const view = (card: Partial<ModelCard> = {}, changes: Partial<OllamaModelView> = {}): OllamaModelView => ({
  card: scriptedCard('tiny', { capabilities: ['chat'], quantization: 'Q4_K_M', ...card }),
  digest: DIGEST,
  metadata: { 'general.architecture': 'llama', 'llama.context_length': 8192, 'tokenizer.ggml.tokens': null },
  ...changes,
})

const DETAILS = {
  parent_model: '',
  format: 'gguf',
  family: 'llama',
  families: ['llama'],
  parameter_size: '1K',
  quantization_level: 'Q4_K_M',
}

test('tags lists what can be used, with the names and fields of Ollama', () => {
  const broken = view({ defect: 'Broken.' })
  expect<unknown>(encodeOllamaTags([view(), broken])).toEqual({
    models: [
      {
        name: 'tiny:latest',
        model: 'tiny:latest',
        modified_at: '2026-01-01T00:00:00.000Z',
        size: 1000,
        digest: DIGEST,
        details: DETAILS,
        capabilities: ['completion'],
      },
    ],
  })
})

test.each([
  ['tiny', 'tiny:latest'],
  ['llama3.2:1b', 'llama3.2:1b'],
  ['acme/tiny', 'acme/tiny:latest'],
  ['acme/tiny:q4', 'acme/tiny:q4'],
])('%s is called %s', (id, name) => {
  expect<string>(ollamaName({ id: parseModelId(id)! })).toBe(name)
})

test.each([
  [0, '0'],
  [999, '999'],
  [873_152, '873K'],
  [494_032_768, '494.03M'],
  [7_000_000_000, '7B'],
  [3_212_749_888, '3.2B'],
  [70_553_706_496, '70.6B'],
])('%d parameters are written %s', (parameterCount, text) => {
  expect<unknown>(encodeOllamaTags([view({ parameterCount })]).models[0]!.details.parameter_size).toBe(text)
})

test('ps tells what is in memory, and a model that stays has a time far away', () => {
  const running = { ...view(), residentBytes: 5, expiresAt: null, contextTokens: 4096 }
  expect<unknown>(encodeOllamaPs([running, { ...running, expiresAt: '2026-01-01T00:05:00Z' }])).toEqual({
    models: ['2318-01-01T00:00:00Z', '2026-01-01T00:05:00Z'].map((expires_at) => ({
      name: 'tiny:latest',
      model: 'tiny:latest',
      size: 5,
      size_vram: 0,
      digest: DIGEST,
      details: DETAILS,
      expires_at,
      context_length: 4096,
    })),
  })
})

describe('show', () => {
  test('says what the header and the card say', () => {
    expect<unknown>(encodeOllamaShow(view({ license: 'MIT', chatTemplate: '{{ jinja }}' }))).toEqual({
      license: 'MIT',
      modelfile: 'FROM tiny:latest\nTEMPLATE """{{ jinja }}"""\nLICENSE """MIT"""\n',
      parameters: '',
      template: '{{ jinja }}',
      details: DETAILS,
      messages: [],
      model_info: {
        'general.architecture': 'llama',
        'llama.context_length': 8192,
        'tokenizer.ggml.tokens': null,
        'general.parameter_count': 1000,
      },
      capabilities: ['completion'],
      modified_at: '2026-01-01T00:00:00.000Z',
    })
  })

  test('the texts of Ollama itself win over those of the header', () => {
    const shown = encodeOllamaShow(
      view(
        { license: 'MIT', chatTemplate: 'jinja' },
        { license: 'Llama', template: '{{ .Prompt }}', parameters: 'stop "<a>"\nstop "<b>"' },
      ),
    )
    expect<unknown>(shown).toMatchObject({ license: 'Llama', template: '{{ .Prompt }}' })
    expect(shown.modelfile).toContain('PARAMETER stop "<a>"\nPARAMETER stop "<b>"')
  })

  test('long lists and the template are left out of the metadata', () => {
    const { model_info } = encodeOllamaShow(
      view({}, { metadata: { list: [1, 2, 3, 4, 5, 6], short: [1], 'tokenizer.chat_template': 'x' } }),
    )
    expect<unknown>(model_info).toEqual({ list: null, short: [1], 'general.parameter_count': 1000 })
  })

  test('tensors come when they are given', () => {
    const tensors = [{ name: 'token_embd.weight', type: 'F16', shape: [64, 300] }]
    expect<unknown>(encodeOllamaShow(view(), tensors)).toMatchObject({ tensors })
  })

  test('an embedding model says so', () => {
    expect<unknown>(encodeOllamaShow(view({ capabilities: ['embed'] })).capabilities).toEqual(['embedding'])
  })
})

describe('the body of show', () => {
  test('takes the model under both names', () => {
    expect(decodeOllamaShow({ model: 'Tiny' })).toEqual({ model: 'Tiny', isVerbose: false })
    expect(decodeOllamaShow({ name: ' tiny ', verbose: true })).toEqual({ model: 'tiny', isVerbose: true })
  })

  test.each([{}, { model: '' }, { model: '  ' }])('%j names none', (body) => {
    expect(() => decodeOllamaShow(body)).toThrow('model is required')
  })

  test.each(['system', 'template'])('an override of %s is refused by name', (field) => {
    expect(() => decodeOllamaShow({ model: 'tiny', [field]: 'x' } as { model: string })).toThrow(field)
    expect(decodeOllamaShow({ model: 'tiny', [field]: '' } as { model: string }).model).toBe('tiny')
  })
})

test('an unknown model is told in the words of Ollama', () => {
  expect(ollamaModelNotFound('nope').message).toBe("model 'nope' not found")
  expect(ollamaModelNotFound('x'.repeat(9999)).message.length).toBeLessThan(300)
})
