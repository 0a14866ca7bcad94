import { join } from 'node:path'
import type { ModelSource } from '@shared/inference/model-card.ts'

/** Variables by which other programs move their caches. */
export interface CacheEnvironment {
  /** The user's home directory. */
  readonly home: string
  readonly HF_HOME?: string | undefined
  readonly HF_HUB_CACHE?: string | undefined
  readonly OLLAMA_MODELS?: string | undefined
}

export interface KnownCache {
  readonly source: ModelSource
  readonly root: string
}

/** Where other programs of this user keep models, by their own rules. */
export const knownCaches = (environment: CacheEnvironment): readonly KnownCache[] => {
  const { home, HF_HOME, HF_HUB_CACHE, OLLAMA_MODELS } = environment
  return [
    { source: 'lmstudio', root: join(home, '.lmstudio', 'models') },
    { source: 'lmstudio', root: join(home, '.cache', 'lm-studio', 'models') },
    {
      source: 'huggingface',
      root: HF_HUB_CACHE || join(HF_HOME || join(home, '.cache', 'huggingface'), 'hub'),
    },
    { source: 'ollama', root: OLLAMA_MODELS || join(home, '.ollama', 'models') },
  ]
}
