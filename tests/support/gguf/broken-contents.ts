import { brokenContent, withArchitecture, withEntry, withTensor, type BrokenModel } from './broken-model.ts'
import { constantTensor } from './exact-weights.ts'
import { float32, float32s, int32s, text, texts, uint32, type MetadataValue } from './gguf-metadata.ts'

/** Well-formed files whose content no engine can run. Several of them abort llama.cpp instead of failing. */
export const BROKEN_CONTENTS: readonly BrokenModel[] = [
  brokenEntry('missing-architecture', 'general.architecture', undefined),
  brokenEntry('missing-feed-forward-length', 'llama.feed_forward_length', undefined),
  brokenEntry('missing-head-count', 'llama.attention.head_count', undefined),
  brokenEntry('missing-embedding-length', 'llama.embedding_length', undefined),
  brokenEntry('missing-block-count', 'llama.block_count', undefined),
  brokenEntry('missing-context-length', 'llama.context_length', undefined),
  brokenEntry('missing-tokens', 'tokenizer.ggml.tokens', undefined),
  brokenEntry('zero-head-count', 'llama.attention.head_count', uint32(0)),
  brokenEntry('zero-embedding-length', 'llama.embedding_length', uint32(0)),
  brokenEntry('huge-block-count', 'llama.block_count', uint32(2 ** 31)),
  brokenEntry('head-count-no-divisor', 'llama.attention.head_count', uint32(7)),
  brokenEntry('architecture-is-a-number', 'general.architecture', uint32(1)),
  brokenEntry('tokens-are-numbers', 'tokenizer.ggml.tokens', int32s([1, 2, 3])),
  brokenEntry('short-token-list', 'tokenizer.ggml.tokens', texts(['<unk>', '<s>', '</s>'])),
  brokenEntry('short-score-list', 'tokenizer.ggml.scores', float32s([0, 0, 0])),
  brokenEntry('short-token-kind-list', 'tokenizer.ggml.token_type', int32s([2, 3, 3])),
  brokenEntry(
    'same-token-everywhere',
    'tokenizer.ggml.tokens',
    texts(Array.from({ length: 356 }, () => 'a')),
  ),
  brokenEntry('unknown-tokenizer', 'tokenizer.ggml.model', text('skein-unheard-of')),
  brokenEntry('zero-key-value-heads', 'llama.attention.head_count_kv', uint32(0)),
  brokenEntry('zero-block-count', 'llama.block_count', uint32(0)),
  brokenEntry('norm-epsilon-not-a-number', 'llama.attention.layer_norm_rms_epsilon', float32(Number.NaN)),
  brokenContent('unknown-architecture', 'an architecture that nobody has heard of', ({ metadata }) => ({
    metadata: withArchitecture(metadata, 'skein-unheard-of'),
  })),
  brokenContent('missing-tensor', 'blk.0.attn_q.weight is absent', ({ tensors }) => ({
    tensors: withTensor(tensors, 'blk.0.attn_q.weight', () => []),
  })),
  brokenContent('wrong-tensor-shape', 'blk.0.attn_q.weight is half as tall as it must be', ({ tensors }) => ({
    tensors: withTensor(tensors, 'blk.0.attn_q.weight', ({ name }) => [constantTensor(name, [64, 32], 0)]),
  })),
  brokenContent('no-tensors', 'all metadata, not one tensor', () => ({ tensors: [] })),
  brokenContent('no-metadata', 'all tensors, not one metadata entry', () => ({ metadata: [] })),
]

function brokenEntry(name: string, key: string, value: MetadataValue | undefined): BrokenModel {
  const description = value === undefined ? `lacks ${key}` : `${key} is not what it must be`
  return brokenContent(name, description, ({ metadata }) => ({ metadata: withEntry(metadata, key, value) }))
}
