import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Glob } from 'bun'

/** Absolute path of the repository. */
export const REPOSITORY = join(import.meta.dir, '..', '..')

export interface SourceFile {
  /** Relative to the repository, with `/`. */
  readonly path: string
  readonly text: string
}

/** Every TypeScript file below these folders, dependencies left out. */
export const sourceFiles = (...folders: readonly string[]): readonly SourceFile[] =>
  folders.flatMap((folder) =>
    [...new Glob('**/*.ts').scanSync({ cwd: join(REPOSITORY, folder), followSymlinks: false, dot: false })]
      .filter((path) => !path.includes('node_modules'))
      .map((path) => join(REPOSITORY, folder, path))
      .toSorted()
      .map((absolute) => ({ path: relative(REPOSITORY, absolute), text: readFileSync(absolute, 'utf8') })),
  )

const transpiler = new Bun.Transpiler({ loader: 'ts' })

/** What a file imports, types too: module specifiers as they are written. */
export const importsOf = ({ text }: SourceFile): readonly string[] => {
  const types = [...text.matchAll(/^import type [^'"]*['"]([^'"]+)['"]/gms)].map((match) => match[1] ?? '')
  const values = transpiler.scanImports(text).map(({ path }) => path)
  return [...new Set([...types, ...values])]
}
