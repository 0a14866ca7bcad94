import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'

export interface TestFolder {
  readonly name: string
  /** Test files, relative to the repository. */
  readonly files: readonly string[]
}

/** Cheap ones first: a wrong import is known before a node is started. What is not named here comes last. */
const ORDER = ['architecture', 'unit', 'conformance', 'service', 'cluster']

/** Every folder of `tests/` that holds test files, so that none can be forgotten. */
export const findTestFolders = (repository: string): readonly TestFolder[] =>
  readdirSync(join(repository, 'tests'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => ({ name, files: testFiles(repository, name) }))
    .filter(({ files }) => files.length > 0)
    .toSorted((left, right) => rank(left.name) - rank(right.name) || left.name.localeCompare(right.name))

const testFiles = (repository: string, folder: string): readonly string[] =>
  [...new Glob(`tests/${folder}/**/*.test.ts`).scanSync({ cwd: repository })].toSorted()

const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
