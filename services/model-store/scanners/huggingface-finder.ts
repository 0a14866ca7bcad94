import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { FoundFile, FoundModel, ModelFinder } from '../features/catalogue/found-model.ts'
import { groupSplitFiles } from './group-split-files.ts'
import type { FileGroup } from './group-split-files.ts'
import type { ScanProblems } from './scan-problems.ts'
import { walkModels } from './walk-models.ts'
import type { WalkedFile } from './walk-models.ts'

const REPOSITORY_DIRECTORY = /^models--(?<name>[A-Za-z0-9][A-Za-z0-9._-]*)$/
const SHA256 = /^[0-9a-f]{64}$/
const COMMIT = /^[0-9a-f]{40}$/
const MOST_REPOSITORIES = 5000

/**
 * Finds GGUF files in Hugging Face's cache: `models--owner--repository/snapshots/revision/…`, where each file is a link
 * to `blobs/<sha256>`. Of a file that several revisions have, that of `refs/main` counts.
 */
export const createHuggingfaceFinder = (root: string, problems: ScanProblems): ModelFinder => ({
  root,
  async find() {
    const names = await readdir(root).catch(() => [])
    const found: FoundModel[] = []
    for (const directory of names.toSorted().slice(0, MOST_REPOSITORIES)) {
      const name = REPOSITORY_DIRECTORY.exec(directory)?.groups?.name
      if (name !== undefined) found.push(...(await findInRepository(root, { directory, name, problems })))
    }
    return found
  },
})

interface RepositoryPlace {
  readonly directory: string
  readonly name: string
  readonly problems: ScanProblems
}

const findInRepository = async (
  root: string,
  { directory, name, problems }: RepositoryPlace,
): Promise<readonly FoundModel[]> => {
  const repository = name.replace('--', '/')
  const snapshots = join(root, directory, 'snapshots')
  const groupsByName = new Map<string, { group: FileGroup; revision: string }>()
  for (const revision of await revisionsOf(root, directory)) {
    const files = await walkModels({ root: join(snapshots, revision), boundary: root, problems })
    for (const group of groupSplitFiles(files)) {
      const key = group.files[0].relativePath
      if (!groupsByName.has(key)) groupsByName.set(key, { group, revision })
    }
  }
  const isAlone = groupsByName.size === 1
  return [...groupsByName.values()].map(({ group: { stem, files }, revision }) => {
    const [first, ...others] = files
    return {
      source: 'huggingface',
      isOwned: false,
      name: stem,
      files: [withPromise(first), ...others.map(withPromise)],
      aliases: [stem, `${repository}/${stem}`, ...(isAlone ? [repository] : [])],
      repository,
      revision,
    }
  })
}

/** The revision that `refs/main` names first, then the others by name. */
const revisionsOf = async (root: string, directory: string): Promise<readonly string[]> => {
  const names = await readdir(join(root, directory, 'snapshots')).catch(() => [])
  const main = await readFile(join(root, directory, 'refs', 'main'), 'utf8').catch(() => '')
  const current = COMMIT.test(main.trim()) ? main.trim() : ''
  return names.toSorted((left, right) =>
    left === current ? -1 : right === current ? 1 : left.localeCompare(right),
  )
}

/** A blob kept in Git LFS is named for its sha256. */
const withPromise = (file: WalkedFile): FoundFile => {
  const { relativePath: _relativePath, realPath, ...rest } = file
  const blob = basename(realPath)
  return SHA256.test(blob) ? { ...rest, promisedSha256: blob } : rest
}
