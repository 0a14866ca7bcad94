import type { ModelCapability, ModelShape } from '@shared/inference/model-card.ts'
import type { MetadataValue, ModelFacts } from '../features/catalogue/model-inspector.ts'
import { EMBEDDING_ARCHITECTURES, NOT_CAUSAL_ARCHITECTURES } from './architecture-families.ts'
import type { GgufHeader, GgufValue } from './gguf-header.ts'
import { viewMetadata } from './gguf-metadata-view.ts'
import type { MetadataView } from './gguf-metadata-view.ts'
import { quantizationName } from './quantization-name.ts'

const TEST_MODEL_NAME = 'skein-test-model'
const RANK_POOLING = 4

/** @param header of the first file, with the tensors of all files */
export const describeGguf = (header: GgufHeader): ModelFacts => {
  const { tensors } = header
  const view = viewMetadata(header)
  const name = textOf(view, 'general.name')
  const license = textOf(view, 'general.license')
  const description = textOf(view, 'general.description')
  const chatTemplate = view.text('tokenizer.chat_template')
  return {
    architecture: view.architecture,
    ...(name === undefined ? {} : { name }),
    quantization: quantizationName(view.number('general.file_type'), tensors),
    parameterCount: tensors.reduce((total, tensor) => total + tensor.elements, 0),
    capabilities: capabilitiesOf(view),
    ...(license === undefined ? {} : { license }),
    ...(description === undefined ? {} : { description }),
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
    shape: shapeOf(view),
    isTestModel: name === TEST_MODEL_NAME,
    metadata: Object.fromEntries([...header.metadata].map(([key, value]) => [key, jsonOf(value)])),
  }
}

/** What is said of a file that could not be read. */
export const UNREADABLE_FACTS: ModelFacts = {
  architecture: 'unknown',
  quantization: 'unknown',
  parameterCount: 0,
  capabilities: [],
  shape: {
    contextLength: 0,
    embeddingLength: 0,
    blockCount: 0,
    headCount: 0,
    keyValueHeadCount: 0,
    keyLength: 0,
    valueLength: 0,
    vocabularySize: 0,
  },
  isTestModel: false,
  metadata: {},
}

/** A pooled model embeds, but `rank` pooling scores pairs. Otherwise causal models continue text. */
const capabilitiesOf = (view: MetadataView): readonly ModelCapability[] => {
  const pooling = view.number('*.pooling_type') ?? 0
  if (pooling === RANK_POOLING) return ['rerank']
  if (pooling !== 0 || EMBEDDING_ARCHITECTURES.has(view.architecture)) return ['embed']
  const isCausal = view.flag('*.attention.causal') ?? true
  return isCausal && !NOT_CAUSAL_ARCHITECTURES.has(view.architecture) ? ['chat'] : []
}

const shapeOf = (view: MetadataView): ModelShape => {
  const embeddingLength = view.number('*.embedding_length') ?? 0
  const headCount = view.largest('*.attention.head_count') ?? 0
  const headLength = headCount > 0 ? Math.floor(embeddingLength / headCount) : 0
  return {
    contextLength: view.number('*.context_length') ?? 0,
    embeddingLength,
    blockCount: view.number('*.block_count') ?? 0,
    headCount,
    keyValueHeadCount: view.largest('*.attention.head_count_kv') ?? headCount,
    keyLength: view.largest('*.attention.key_length') ?? headLength,
    valueLength: view.largest('*.attention.value_length') ?? headLength,
    vocabularySize: view.length('tokenizer.ggml.tokens'),
  }
}

const textOf = (view: MetadataView, key: string): string | undefined => {
  const text = view.text(key)?.trim()
  return text === '' ? undefined : text
}

/** JSON has no NaN and no infinity; long lists were not kept. */
const jsonOf = (value: GgufValue): MetadataValue => {
  if (typeof value === 'object') return value.values?.map((item) => jsonScalar(item) ?? 0) ?? null
  return jsonScalar(value)
}

const jsonScalar = (value: string | number | boolean): string | number | boolean | null =>
  typeof value === 'number' && !Number.isFinite(value) ? null : value
