import type { ModelSource } from '@shared/inference/model-card.ts'
import type { FoundModel, ModelFinder } from '../features/catalogue/found-model.ts'
import { groupSplitFiles } from './group-split-files.ts'
import type { ScanProblems } from './scan-problems.ts'
import { walkModels } from './walk-models.ts'

export interface DirectoryFinderOptions {
  readonly root: string
  readonly source: ModelSource
  readonly isOwned: boolean
  readonly problems: ScanProblems
}

/**
 * Finds models in a plain tree of files: Skein's own directory, further ones, LM Studio's (`owner/repository/file.gguf`).
 * Directories above a file give it further names: `owner/repository` where that holds one model, and `directory/stem`.
 */
export const createDirectoryFinder = (options: DirectoryFinderOptions): ModelFinder => ({
  root: options.root,
  async find() {
    const { root, source, isOwned, problems } = options
    const groups = groupSplitFiles(await walkModels({ root, boundary: root, problems }))
    const directories = groups.map(({ files: [first] }) => first.relativePath.split('/').slice(0, -1))
    const groupsIn = Map.groupBy(directories, (directory) => directory.join('/'))
    return groups.map(({ stem, files }, index): FoundModel => {
      const directory = directories[index] ?? []
      const isAlone = groupsIn.get(directory.join('/'))?.length === 1
      return { source, isOwned, name: stem, files, aliases: aliasesOf(stem, directory, isAlone) }
    })
  },
})

const aliasesOf = (stem: string, directory: readonly string[], isAlone: boolean): readonly string[] => {
  const nearest = directory.at(-1)
  const repository = directory.slice(-2)
  return [
    stem,
    ...(nearest === undefined ? [] : [`${nearest}/${stem}`]),
    ...(isAlone && repository.length === 2 ? [repository.join('/')] : []),
  ]
}
