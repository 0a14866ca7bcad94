import type { Log } from '@shared/log/create-log.ts'
import type { ModelFinder } from '../features/catalogue/found-model.ts'
import { createDirectoryFinder } from './directory-finder.ts'
import { createHuggingfaceFinder } from './huggingface-finder.ts'
import { knownCaches } from './known-caches.ts'
import type { CacheEnvironment, KnownCache } from './known-caches.ts'
import { createOllamaFinder } from './ollama-finder.ts'
import { createScanProblems } from './scan-problems.ts'
import type { ScanProblems } from './scan-problems.ts'

export interface FindersOptions {
  /** Skein's own models directory. */
  readonly ownDirectory: string
  readonly furtherDirectories: readonly string[]
  /** None: the caches of other programs are left alone. */
  readonly caches: CacheEnvironment | undefined
  readonly log: Log
}

/** One finder for each place, Skein's own first: of several models that want one name, the first gets it. */
export const createFinders = (options: FindersOptions): readonly ModelFinder[] => {
  const problems = createScanProblems(options.log)
  const plain = (root: string, isOwned: boolean): ModelFinder =>
    createDirectoryFinder({ root, isOwned, source: 'skein', problems })
  return [
    plain(options.ownDirectory, true),
    ...options.furtherDirectories.map((root) => plain(root, false)),
    ...(options.caches === undefined ? [] : knownCaches(options.caches)).map((cache) =>
      cacheFinder(cache, problems),
    ),
  ]
}

const cacheFinder = ({ source, root }: KnownCache, problems: ScanProblems): ModelFinder => {
  if (source === 'huggingface') return createHuggingfaceFinder(root, problems)
  if (source === 'ollama') return createOllamaFinder(root, problems)
  return createDirectoryFinder({ root, source, isOwned: false, problems })
}
