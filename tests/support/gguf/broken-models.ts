import { BROKEN_CONTENTS } from './broken-contents.ts'
import { BROKEN_HEADERS } from './broken-headers.ts'
import type { BrokenModel } from './broken-model.ts'

/** Files that must be refused, each with its reason, without a crash, a hang or memory beyond their size. */
export const BROKEN_MODELS: readonly BrokenModel[] = [...BROKEN_HEADERS, ...BROKEN_CONTENTS]

/**
 * Names of the models that kill a process that loads them unchecked (seen with node-llama-cpp 3.22.1: SIGABRT from an
 * assertion, nothing to catch); the last one does so at the first token. All other models but the endless one make
 * it throw.
 */
export const ABORTING_MODELS: readonly string[] = [
  'missing-feed-forward-length',
  'missing-head-count',
  'zero-head-count',
  'zero-key-value-heads',
  'zero-block-count',
  'huge-block-count',
  'same-token-everywhere',
  'norm-epsilon-not-a-number',
]

/** The model whose unchecked load by node-llama-cpp 3.22.1 never ends, at about 100 MB more every second. */
export const ENDLESS_LOAD_MODEL = 'array-length-2-61'
