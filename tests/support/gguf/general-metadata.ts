import { text, uint32, type MetadataEntry } from './gguf-metadata.ts'

/** ggml's file type ids: what most of the weights are. */
const FILE_TYPES = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 7 } as const

export interface ModelLabel {
  readonly architecture: 'llama' | 'bert'
  readonly name: string
  readonly description: string
  readonly weights: keyof typeof FILE_TYPES
}

/** The `general.*` entries of a test model. */
export function generalMetadata(label: ModelLabel): MetadataEntry[] {
  return [
    ['general.architecture', text(label.architecture)],
    ['general.type', text('model')],
    ['general.name', text(label.name)],
    ['general.description', text(label.description)],
    ['general.license', text('Apache-2.0')],
    ['general.file_type', uint32(FILE_TYPES[label.weights])],
    ['general.quantization_version', uint32(2)],
  ]
}
