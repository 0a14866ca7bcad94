import type { FoundFile, FoundModel } from '@service/model-store/features/catalogue/found-model.ts'
import type { Inspection, ModelFacts } from '@service/model-store/features/catalogue/model-inspector.ts'
import type {
  CatalogueChange,
  ModelRecords,
  StoredCatalogue,
} from '@service/model-store/features/catalogue/model-records.ts'

/** A model as a finder would tell of it; its inode is its path unless given. */
export const foundModel = (
  path: string,
  file: Partial<FoundFile> = {},
  changes: Partial<FoundModel> = {},
): FoundModel => {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.gguf$/, '')
  return {
    source: 'skein',
    isOwned: true,
    name,
    aliases: [name],
    files: [{ path, sizeBytes: 10, modifiedMs: 1000, inode: path, ...file }],
    ...changes,
  }
}

export const modelFacts = (changes: Partial<ModelFacts> = {}): ModelFacts => ({
  architecture: 'llama',
  quantization: 'Q4_K_M',
  parameterCount: 1000,
  capabilities: ['chat'],
  shape: {
    contextLength: 2048,
    embeddingLength: 64,
    blockCount: 1,
    headCount: 2,
    keyValueHeadCount: 2,
    keyLength: 32,
    valueLength: 32,
    vocabularySize: 300,
  },
  isTestModel: false,
  metadata: {},
  ...changes,
})

export const soundInspection = (changes: Partial<ModelFacts> = {}): Inspection => ({
  type: 'model',
  facts: modelFacts(changes),
})

/** Keeps the catalogue as JSON, as a database would. */
export const memoryRecords = (): ModelRecords & { readonly saves: CatalogueChange[] } => {
  const saves: CatalogueChange[] = []
  return {
    saves,
    save: (change) => void saves.push(structuredClone(change)),
    load: () => saves.reduce(applied, { revision: 0, records: [], digests: [] }),
  }
}

const applied = (stored: StoredCatalogue, change: CatalogueChange): StoredCatalogue => {
  const gone = new Set([...change.forgottenPaths, ...change.records.map(({ found }) => found.files[0].path)])
  return {
    revision: change.revision,
    records: [...stored.records.filter(({ found }) => !gone.has(found.files[0].path)), ...change.records],
    digests: [...stored.digests, ...change.digests],
  }
}
