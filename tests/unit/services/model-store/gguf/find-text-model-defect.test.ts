import { describe, expect, test } from 'bun:test'
import { findTextModelDefect } from '@service/model-store/gguf/find-text-model-defect.ts'
import type { GgufHeader, GgufValue } from '@service/model-store/gguf/gguf-header.ts'

const TOKENS = 4

const SOUND: Readonly<Record<string, GgufValue>> = {
  'general.architecture': 'llama',
  'llama.context_length': 128,
  'llama.embedding_length': 64,
  'llama.block_count': 2,
  'llama.feed_forward_length': 64,
  'llama.attention.head_count': 4,
  'llama.attention.head_count_kv': 2,
  'tokenizer.ggml.model': 'llama',
  'tokenizer.ggml.tokens': { length: TOKENS, isOfTexts: true },
}

const headerOf = (changes: Readonly<Record<string, GgufValue | undefined>> = {}): GgufHeader => ({
  version: 3,
  metadata: new Map(
    Object.entries({ ...SOUND, ...changes }).filter(
      (entry): entry is [string, GgufValue] => entry[1] !== undefined,
    ),
  ),
  tensors: [
    { name: 'token_embd.weight', kind: 'F32', dimensions: [64, TOKENS], elements: 256, sizeBytes: 1024 },
  ],
})

const perLayer = (...values: number[]): GgufValue => ({ length: values.length, isOfTexts: false, values })

test('a sound model has no defect', () => {
  expect(findTextModelDefect(headerOf())).toBeUndefined()
})

const SOUND_VARIANTS: readonly (readonly [string, Record<string, GgufValue | undefined>])[] = [
  ['heads listed for each layer', { 'llama.attention.head_count': perLayer(4, 0) }],
  ['feed-forward lengths listed for each layer', { 'llama.feed_forward_length': perLayer(64, 0) }],
  [
    'experts',
    { 'llama.expert_count': 8, 'llama.expert_used_count': 2, 'llama.feed_forward_length': undefined },
  ],
  [
    'experts in groups',
    {
      'llama.expert_count': 8,
      'llama.expert_used_count': 2,
      'llama.expert_group_count': 4,
      'llama.expert_group_used_count': 2,
    },
  ],
  ['no key-value heads named', { 'llama.attention.head_count_kv': undefined }],
  ['mean pooling', { 'llama.pooling_type': 1 }],
  ['yarn', { 'llama.rope.scaling.type': 'yarn' }],
]

test.each(SOUND_VARIANTS.map(([name, changes]) => [name, changes] as const))(
  '%s is sound',
  (_name, changes) => {
    expect(findTextModelDefect(headerOf(changes))).toBeUndefined()
  },
)

test('a recurrent model needs no heads', () => {
  const renamed = Object.fromEntries(
    Object.entries(SOUND).map(([key, value]) => [key.replace('llama.', 'mamba.'), value]),
  )
  const metadata = new Map(Object.entries({ ...renamed, 'general.architecture': 'mamba' }))
  metadata.delete('mamba.attention.head_count')
  metadata.delete('mamba.feed_forward_length')
  expect(findTextModelDefect({ ...headerOf(), metadata })).toBeUndefined()
})

const DEFECTS: readonly (readonly [string, Record<string, GgufValue | undefined>, string])[] = [
  ['no architecture', { 'general.architecture': undefined }, 'architecture'],
  ['no context', { 'llama.context_length': 0 }, 'llama.context_length'],
  ['a fraction of a block', { 'llama.block_count': 1.5 }, 'llama.block_count'],
  ['too many blocks', { 'llama.block_count': 513 }, '512'],
  ['more draft layers than blocks', { 'llama.nextn_predict_layers': 3 }, 'draft layers'],
  ['no heads', { 'llama.attention.head_count': 0 }, 'head_count'],
  ['heads as text', { 'llama.attention.head_count': 'four' }, 'head_count'],
  ['more heads than numbers', { 'llama.attention.head_count': 65 }, 'too small'],
  ['more key-value heads than heads', { 'llama.attention.head_count_kv': 8 }, 'key-value heads'],
  ['keys without length', { 'llama.attention.key_length': 0 }, 'key_length'],
  ['a list for fewer layers', { 'llama.attention.head_count': perLayer(4) }, 'lists 1 layers'],
  ['no feed-forward length', { 'llama.feed_forward_length': undefined }, 'feed_forward_length'],
  ['experts that nobody uses', { 'llama.expert_count': 8 }, 'expert_used_count'],
  ['more experts used than there are', { 'llama.expert_count': 2, 'llama.expert_used_count': 4 }, 'experts'],
  ['used experts without experts', { 'llama.expert_used_count': 4 }, 'experts'],
  ['too many experts', { 'llama.expert_count': 4096, 'llama.expert_used_count': 1 }, '1024'],
  ['groups without experts', { 'llama.expert_group_count': 2 }, 'groups'],
  [
    'experts that do not divide',
    {
      'llama.expert_count': 9,
      'llama.expert_used_count': 2,
      'llama.expert_group_count': 4,
      'llama.expert_group_used_count': 2,
    },
    'do not divide',
  ],
  ['unknown rope scaling', { 'llama.rope.scaling.type': 'stretchy' }, 'stretchy'],
  ['unknown pooling', { 'llama.pooling_type': 77 }, '77'],
  ['an epsilon that is no number', { 'llama.attention.layer_norm_rms_epsilon': Number.NaN }, 'epsilon'],
  ['no vocabulary', { 'tokenizer.ggml.tokens': undefined }, 'no vocabulary'],
  ['a vocabulary of numbers', { 'tokenizer.ggml.tokens': perLayer(1, 2, 3, 4) }, 'not a list of texts'],
  [
    'another vocabulary than embeddings',
    { 'tokenizer.ggml.tokens': { length: 5, isOfTexts: true } },
    '5 tokens',
  ],
  ['too few scores', { 'tokenizer.ggml.scores': perLayer(0, 0) }, 'tokenizer.ggml.scores'],
  ['too few token kinds', { 'tokenizer.ggml.token_type': perLayer(1) }, 'token_type'],
  [
    'a beginning that is not in the vocabulary',
    { 'tokenizer.ggml.model': 'gpt2', 'tokenizer.ggml.add_bos_token': true },
    'bos_token_id',
  ],
  ['a BERT vocabulary without its separators', { 'tokenizer.ggml.model': 'bert' }, 'token_id'],
]

describe('what would abort an engine is found', () => {
  test.each(DEFECTS.map(([name, changes, word]) => [name, changes, word] as const))(
    '%s',
    (_name, changes, word) => {
      expect(findTextModelDefect(headerOf(changes))).toContain(word)
    },
  )

  test('a token that stands twice', () => {
    expect(findTextModelDefect({ ...headerOf(), repeatedToken: 'hello' })).toContain("'hello'")
  })

  test('no weights, or none for the tokens', () => {
    expect(findTextModelDefect({ ...headerOf(), tensors: [] })).toBe('It holds no weights.')
    const tensors = headerOf().tensors.map((tensor) => ({ ...tensor, name: 'other' }))
    expect(findTextModelDefect({ ...headerOf(), tensors })).toContain('token_embd.weight')
  })
})
