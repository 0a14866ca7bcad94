import {
  encodeGgufHeader,
  ggufHeader,
  paddedSizeBytes,
  type GgufHeader,
  type GgufPlan,
} from './gguf-layout.ts'
import { text, type MetadataEntry, type MetadataValue } from './gguf-metadata.ts'
import type { GgufTensor } from './gguf-tensor.ts'
import { writeFully, writeWholeFile } from './gguf-writer.ts'
import { randomLlama } from './random-llama.ts'
import { SpmVocabulary } from './spm-vocabulary.ts'

/** A file that is a model only by its name. */
export interface BrokenModel {
  readonly name: string
  readonly description: string
  write(path: string): Promise<void>
}

/** The sound model that every broken one is made from: loads, generates, 0.3 MB. */
export function soundModel(): GgufPlan {
  return randomLlama({
    name: 'skein-test-sound',
    description: 'A test model: the sound one that the broken ones are made from.',
    weights: 'F32',
    seed: 12,
    vocabulary: new SpmVocabulary([]),
    shape: {
      contextLength: 512,
      embeddingLength: 64,
      feedForwardLength: 64,
      layers: 1,
      heads: 2,
      keyValueHeads: 2,
      isTied: true,
    },
  })
}

/** Broken as bytes: cut, replaced or not a model at all. */
export function brokenBytes(
  name: string,
  description: string,
  change: (sound: Uint8Array, headerBytes: number) => Uint8Array,
): BrokenModel {
  return brokenModel(name, description, () => {
    const plan = soundModel()
    const header = encodeGgufHeader(ggufHeader(plan))
    return change(Buffer.concat([header, tensorData(plan)]), header.length)
  })
}

/** Broken by a header that lies; the data behind it is that of the sound model. */
export function brokenHeader(
  name: string,
  description: string,
  change: (sound: GgufHeader) => Partial<GgufHeader>,
): BrokenModel {
  return brokenModel(name, description, () => {
    const plan = soundModel()
    const header = ggufHeader(plan)
    return Buffer.concat([encodeGgufHeader({ ...header, ...change(header) }), tensorData(plan)])
  })
}

/** Broken in content: a well-formed file that is no usable model. */
export function brokenContent(
  name: string,
  description: string,
  change: (sound: GgufPlan) => Partial<GgufPlan>,
): BrokenModel {
  return brokenModel(name, description, () => {
    const sound = soundModel()
    const plan = { ...sound, ...change(sound) }
    return Buffer.concat([encodeGgufHeader(ggufHeader(plan)), tensorData(plan)])
  })
}

/** The entries with one value replaced, or left out where `value` is undefined. */
export function withEntry(
  metadata: readonly MetadataEntry[],
  key: string,
  value: MetadataValue | undefined,
): MetadataEntry[] {
  if (!metadata.some(([name]) => name === key)) throw new Error(`The sound model has no ${key}`)
  const replace = (entry: MetadataEntry): MetadataEntry[] => {
    if (entry[0] !== key) return [entry]
    return value === undefined ? [] : [[key, value]]
  }
  return metadata.flatMap(replace)
}

/** The tensors with one replaced by those that `change` returns. */
export function withTensor(
  tensors: readonly GgufTensor[],
  name: string,
  change: (tensor: GgufTensor) => readonly GgufTensor[],
): GgufTensor[] {
  if (!tensors.some((tensor) => tensor.name === name)) throw new Error(`The sound model has no ${name}`)
  return tensors.flatMap((tensor) => (tensor.name === name ? change(tensor) : [tensor]))
}

/** An entry with a kind id and bytes of one's own, added behind the sound ones. */
export function withRawEntry(header: GgufHeader, kindId: number, bytes: Uint8Array): Partial<GgufHeader> {
  return withEntries(header, [['test.raw', { kind: 'raw', kindId, bytes }]])
}

/** More entries, counted honestly. */
export function withEntries(header: GgufHeader, entries: readonly MetadataEntry[]): Partial<GgufHeader> {
  const metadata = [...header.metadata, ...entries]
  return { metadata, metadataCount: BigInt(metadata.length) }
}

/** Entries of another architecture. */
export function withArchitecture(metadata: readonly MetadataEntry[], architecture: string): MetadataEntry[] {
  const renamed = metadata.map(([key, value]): MetadataEntry => [
    key.replace(/^llama\./, `${architecture}.`),
    value,
  ])
  return withEntry(renamed, 'general.architecture', text(architecture))
}

function brokenModel(name: string, description: string, make: () => Uint8Array): BrokenModel {
  return {
    name,
    description,
    write: (path) => writeWholeFile(path, (file) => writeFully(file, make())),
  }
}

function tensorData(plan: GgufPlan): Uint8Array {
  const padded = plan.tensors.map((tensor) => Buffer.concat([...tensor.chunks()], paddedSizeBytes(tensor)))
  return Buffer.concat(padded)
}
