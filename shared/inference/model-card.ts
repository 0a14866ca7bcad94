/** A model's id: unique on a node, lower case, the strict grammar of `parseModelId`. */
export type ModelId = string & { readonly __brand: 'ModelId' }

/** What a model can be asked for. `chat` includes text completion; `embed` means pooled embeddings; `rerank` scores. */
export type ModelCapability = 'chat' | 'embed' | 'rerank'

/** Where a model lies. `external`: on another machine, which this node reaches by its URL. */
export type ModelSource = 'skein' | 'huggingface' | 'ollama' | 'lmstudio' | 'external'

/** Sizes of the network that decide its memory: counts, never bytes. */
export interface ModelShape {
  readonly contextLength: number
  readonly embeddingLength: number
  readonly blockCount: number
  readonly headCount: number
  readonly keyValueHeadCount: number
  /** Length of one head's key and value vectors. */
  readonly keyLength: number
  readonly valueLength: number
  readonly vocabularySize: number
}

/** Everything that the node knows of one model, whatever engine runs it. */
export interface ModelCard {
  readonly id: ModelId
  /** Human name from the file, else the id. */
  readonly name: string
  /** Other names under which clients may ask for it. */
  readonly aliases: readonly string[]
  readonly capabilities: readonly ModelCapability[]
  /** `remote`: no file of this node; the server at `path` runs it. */
  readonly format: 'gguf' | 'remote'
  /** Architecture in the file (`llama`, `qwen3`, `bert`, …). */
  readonly architecture: string
  /** Name of the quantisation (`Q4_K_M`, `F16`), or `unknown`. */
  readonly quantization: string
  readonly parameterCount: number
  readonly sizeBytes: number
  /** Absolute path of the (first) file on this node; of a remote model the URL of its server, without credentials. */
  readonly path: string
  readonly source: ModelSource
  /** sha256 of the file as lower-case hex, absent until computed; of a remote model what its server calls its digest. */
  readonly digest?: string
  readonly license?: string
  readonly description?: string
  /** Jinja source of the chat template, if the file has one. */
  readonly chatTemplate?: string
  readonly shape: ModelShape
  /** ISO 8601 UTC: when the file last changed. */
  readonly modifiedAt: string
  /** How many requests the server of a remote model gets at the same time; absent: as many as every model of its service. */
  readonly slots?: number
  /** True for the model that a new node writes for its first chat: it gives one fixed answer. */
  readonly isTestModel: boolean
  /** Why no engine here should be given this file, or why a remote model cannot be asked now; absent when all is well. */
  readonly defect?: string
}
