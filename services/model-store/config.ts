import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

/** Every variable that the model-store service reads. */
export const ModelStoreConfig = Type.Object({
  SKEIN_HOME: Type.String({ default: '~/.skein', description: 'Data directory of the node.' }),
  SKEIN_LOG_LEVEL: Type.String({
    default: 'info',
    description: 'trace, debug, info, warn, error or silent.',
  }),
  MODEL_STORE_LISTEN: Type.String({
    default: '',
    description: 'unix:/path or http://127.0.0.1:PORT; empty: <SKEIN_HOME>/run/model-store.sock.',
  }),
  MODEL_STORE_PATHS: Type.String({
    default: '',
    description: 'Further directories with GGUF files, separated by colons. Nothing in them is ever deleted.',
  }),
  MODEL_STORE_SCAN_CACHES: Type.Boolean({
    default: true,
    description:
      'Also offer the models that Hugging Face, Ollama and LM Studio keep in their caches (HF_HOME, HF_HUB_CACHE and OLLAMA_MODELS are honoured).',
  }),
  MODEL_STORE_SCAN_EVERY_MS: Type.Integer({
    default: 30_000,
    minimum: 1000,
    description: 'How often all places are looked at for files that came, went or changed.',
  }),
  MODEL_STORE_HASH_FILES: Type.Boolean({
    default: true,
    description: 'Compute the sha256 of every model file in the background.',
  }),
  MODEL_STORE_MEMORY_BYTES: Type.Integer({
    default: 0,
    minimum: 0,
    description:
      "Memory that all open models may take together; 0: 80 % of the machine's, or of its container's limit.",
  }),
})

export type ModelStoreConfig = Static<typeof ModelStoreConfig>
